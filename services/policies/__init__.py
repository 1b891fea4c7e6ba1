"""The rules as data: read from `policies/`, frozen, versioned by their content. Pure."""

from services.policies.bundle import Policies, load, load_shipped
from services.policies.records import decreed_days
from services.policies.source import PolicyError

__all__ = ["Policies", "PolicyError", "decreed_days", "load", "load_shipped"]
