"""The Temporal namespace of one instance: registered once, usable when this returns."""

import asyncio
import time
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    ListWorkflowExecutionsRequest,
    RegisterNamespaceRequest,
)
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError, RPCStatusCode

from stack.home import StackError

RETENTION = timedelta(days=30)
USABLE_WITHIN_SECONDS = 30


async def connect(address: str | None, namespace: str) -> Client:
    """A client on our namespace; address, TLS and API key come from the SDK's variables unless given."""
    config = ClientConfig.load_client_connect_config()
    config["namespace"] = namespace
    if address is not None:
        config["target_host"] = address
    return await Client.connect(**config)


async def ensure(address: str | None, namespace: str, seconds: float = USABLE_WITHIN_SECONDS) -> Client:
    """Register the namespace unless it is there and wait until the server works with it.

    Raises StackError when the server stays unreachable or the namespace unusable for `seconds`.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            client = await connect(address, namespace)
            await _register(client, namespace)
            listing = ListWorkflowExecutionsRequest(namespace=namespace, page_size=1)
            await client.workflow_service.list_workflow_executions(listing)
            return client
        except (RPCError, RuntimeError) as error:  # the SDK raises RuntimeError when it cannot connect
            if time.monotonic() > deadline:
                raise StackError(f"Temporal's namespace {namespace} is not usable: {error}") from error
        await asyncio.sleep(0.2)


async def _register(client: Client, namespace: str) -> None:
    service = client.workflow_service
    try:
        await service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    except RPCError as missing:
        if missing.status is not RPCStatusCode.NOT_FOUND:
            raise
        await _register_new(client, namespace)


async def _register_new(client: Client, namespace: str) -> None:
    retention = Duration()
    retention.FromTimedelta(RETENTION)
    request = RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=retention)
    try:
        await client.workflow_service.register_namespace(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:  # someone else was faster
            raise
