"""Companies: organisation (NIB), account (one factory), company data, licences, certificates."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Identity, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from services.models.base import instant, json_column, new_id, one_of


class AccountType(StrEnum):
    """Permenperin 38/2018: A industry, B estate, C other business, D government."""

    INDUSTRY = "A"
    ESTATE = "B"
    OTHER = "C"
    GOVERNMENT = "D"


class AccountStatus(StrEnum):
    ACTIVE = "active"
    VOID = "void"


class LicenceScale(StrEnum):
    """Kecil, menengah, besar as licensed (not the class of the report form): decides who supervises."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class RiskLevel(StrEnum):
    """R, MR, MT, T of risk-based licensing (OSS RBA)."""

    LOW = "low"
    MEDIUM_LOW = "medium_low"
    MEDIUM_HIGH = "medium_high"
    HIGH = "high"


class Organisation(SQLModel, table=True):
    """The legal entity behind one or more factory accounts."""

    __tablename__: ClassVar[str] = "organisation"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    nib: str | None = Field(default=None, sa_type=Text, unique=True)
    name: str = Field(sa_type=Text)


class Account(SQLModel, table=True):
    """One SIINas account = one factory location. Uniqueness is (NIB, region, normalised address)
    among those in force: a factory whose account was voided may come back."""

    __tablename__: ClassVar[str] = "account"
    __table_args__ = (
        one_of("type", AccountType),
        one_of("status", AccountStatus),
        one_of("licence_scale", LicenceScale),
        Index(
            "uq_account_factory",
            "nib",
            "region_code",
            "address_key",
            unique=True,
            postgresql_where=text("status = 'active'"),
        ),
        Index("ix_account_name", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: int | None = Field(
        default=None, sa_type=Integer, unique=True, sa_column_args=(Identity(start=1001),), nullable=False
    )
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    registration_id: UUID | None = None
    type: str = Field(sa_type=Text)
    status: str = Field(default=AccountStatus.ACTIVE, sa_type=Text)
    username: str = Field(sa_type=Text, unique=True)
    name: str = Field(sa_type=Text)
    nib: str | None = Field(default=None, sa_type=Text)
    npwp: str | None = Field(default=None, sa_type=Text)
    email: str = Field(sa_type=Text)
    region_code: str = Field(sa_type=Text, index=True)
    zone: str = Field(default="Asia/Jakarta", sa_type=Text)
    address: str = Field(default="", sa_type=Text)
    address_key: str = Field(default="", sa_type=Text)
    operating_commercially: bool = True
    expanding: bool = False
    licence_scale: str | None = Field(default=None, sa_type=Text)
    cross_region: bool = False
    created_at: datetime = instant()
    voided_at: datetime | None = instant(None)
    void_reason: str | None = Field(default=None, sa_type=Text)


class ProfileSection(SQLModel, table=True):
    """One section of Data Perusahaan as last saved; one with a table of its own keeps only its version here.

    `letter` is the letter by which a section that a company enters only once was changed.
    """

    __tablename__: ClassVar[str] = "profile_section"

    account_id: UUID = Field(primary_key=True, foreign_key="account.id")
    section: str = Field(primary_key=True, sa_type=Text)
    data: dict[str, Any] = json_column(default_factory=dict)
    version: int = 1
    updated_at: datetime = instant()
    updated_by: str = Field(sa_type=Text)


class BusinessField(SQLModel, table=True):
    """A KBLI on the NIB of this account."""

    __tablename__: ClassVar[str] = "business_field"
    __table_args__ = (one_of("risk_level", RiskLevel),)

    account_id: UUID = Field(primary_key=True, foreign_key="account.id")
    kbli: str = Field(primary_key=True, sa_type=Text)
    kbli_version: str = Field(default="2025", sa_type=Text)
    is_primary: bool = False
    risk_level: str | None = Field(default=None, sa_type=Text)


class ProductCapacity(SQLModel, table=True):
    """Capacity per KBLI and product in the standing company data."""

    __tablename__: ClassVar[str] = "product_capacity"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    kbli: str = Field(sa_type=Text)
    kbli_version: str = Field(default="2025", sa_type=Text)
    product: str = Field(sa_type=Text)
    unit: str = Field(sa_type=Text)
    capacity: str = Field(sa_type=Text)
    hs_code: str | None = Field(default=None, sa_type=Text)


class LicenceType(StrEnum):
    """Kinds of documents under Data Perusahaan > Perizinan."""

    DEED_ESTABLISHMENT = "deed_establishment"
    DEED_COMPANY = "deed_company"
    NIB = "nib"
    NPWP = "npwp"
    INDUSTRY_LICENCE = "industry_licence"
    SUPPORTING_LICENCE = "supporting_licence"
    LEGACY_INDUSTRY_LICENCE = "legacy_industry_licence"
    LEGACY_EXPANSION_LICENCE = "legacy_expansion_licence"
    ESTATE_LICENCE = "estate_licence"
    LEGACY_ESTATE_LICENCE = "legacy_estate_licence"
    LEGACY_ESTATE_EXPANSION_LICENCE = "legacy_estate_expansion_licence"
    IMPORTER_ID = "importer_id"
    PRODUCER_IMPORTER_ID = "producer_importer_id"
    GENERAL_IMPORTER_ID = "general_importer_id"


class LicenceEnd(StrEnum):
    """Why a licence no longer counts, whatever the UPP once found."""

    REPLACED = "replaced"
    EXPIRED = "expired"


class UppValidation(StrEnum):
    PENDING = "pending"
    VALID = "valid"
    INVALID = "invalid"


class StandardCertificateStatus(StrEnum):
    NOT_APPLICABLE = "not_applicable"
    UNVERIFIED = "unverified"
    VERIFIED = "verified"


class Licence(SQLModel, table=True):
    """A licence document: UPP's validation and the standard certificate's verification are two statuses.

    It is in force while valid, not ended and not past `expires_on`. Old documents lack numbers and dates:
    they stay empty.
    """

    __tablename__: ClassVar[str] = "licence"
    __table_args__ = (
        one_of("type", LicenceType),
        one_of("risk_level", RiskLevel),
        one_of("end_reason", LicenceEnd),
        one_of("upp_validation", UppValidation),
        one_of("ss_verification", StandardCertificateStatus),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    case_id: UUID | None = Field(default=None, foreign_key="case_file.id", unique=True)
    type: str = Field(sa_type=Text)
    number: str | None = Field(default=None, sa_type=Text)
    document_date: date | None = None
    expires_on: date | None = None
    kbli: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    risk_level: str | None = Field(default=None, sa_type=Text)
    upp_validation: str = Field(default=UppValidation.PENDING, sa_type=Text)
    ss_verification: str = Field(default=StandardCertificateStatus.NOT_APPLICABLE, sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
    document_id: UUID | None = Field(default=None, foreign_key="document.id")
    uploaded_at: datetime = instant()
    verified_at: datetime | None = instant(None)
    verified_by: str | None = Field(default=None, sa_type=Text)
    ss_verified_at: datetime | None = instant(None)
    ss_verified_by: str | None = Field(default=None, sa_type=Text)
    ss_evidence: str | None = Field(default=None, sa_type=Text)
    ss_evidence_id: UUID | None = Field(default=None, foreign_key="document.id")
    replaces_id: UUID | None = Field(default=None, foreign_key="licence.id", index=True)
    ended_at: datetime | None = instant(None)
    end_reason: str | None = Field(default=None, sa_type=Text)


class Certificate(SQLModel, table=True):
    """SNI, halal, intellectual property and other certificates."""

    __tablename__: ClassVar[str] = "certificate"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    type: str = Field(sa_type=Text)
    number: str = Field(sa_type=Text)
    product: str | None = Field(default=None, sa_type=Text)
    expires_on: date | None = None
    document_id: UUID | None = Field(default=None, foreign_key="document.id")
    added_at: datetime = instant()
