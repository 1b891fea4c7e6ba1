"""Every table, importable from one place so that migrations see them all."""

from services.models.accounts import (
    Account,
    AccountStatus,
    AccountType,
    BusinessField,
    Certificate,
    Licence,
    Organisation,
    ProductCapacity,
    ProfileSection,
    StandardCertificateStatus,
    UppValidation,
)
from services.models.base import new_id
from services.models.cases import (
    CaseChain,
    CaseEvent,
    CaseFile,
    CaseKind,
    CaseNote,
    CaseStep,
    Deadline,
    Derivation,
    Extension,
    ExtensionLine,
    ExtensionScope,
    ExtensionStatus,
    IdempotencyKey,
    Outcome,
)
from services.models.documents import Document, IssuedDocument, ScanState
from services.models.identity import (
    ApiKey,
    Membership,
    NdaAcceptance,
    OneTimeToken,
    Person,
    RateLimit,
    ReadLog,
    Role,
    RoleGrant,
    SecurityEvent,
    WebSession,
)
from services.models.messages import (
    CaughtMail,
    ContactHealth,
    Delivery,
    DeliveryState,
    Lane,
    LaneState,
    Message,
    MessageState,
)
from services.models.policies import CalendarDay, Instance, PolicyVersion, RehearsalClock
from services.models.processes import (
    BaselineCorrection,
    PeriodStatus,
    Registration,
    RegistrationStatus,
    Report,
    ReportingPeriod,
    ReportSection,
    ReportStatus,
    ReportVersion,
    WaveRun,
)

__all__ = [name for name in dir() if name[0].isupper() or name == "new_id"]
