"""Questions about customers."""

from regulars.customers.models import ConsentEvent, Customer, Trait
from regulars.customers.queries.alike import Company, Pair, PairPage, company_of, likely_pairs
from regulars.customers.queries.columns import customer_numbers, forgotten_numbers, merged_numbers
from regulars.customers.queries.exporting import ExportSection, add_export_section
from regulars.customers.queries.finding import (
    CustomerPage,
    customer_by_external_id,
    customer_kept,
    customer_of,
    customers_after,
    find_customers,
)
from regulars.customers.queries.knowing import (
    CustomerCounts,
    Particulars,
    Standing,
    counts_of,
    customers_with_trait,
    particulars_of,
    standing_of,
    traits_of,
)
from regulars.customers.queries.naming import customer_named, merge_by_id, standing_merge_of
from regulars.customers.queries.opting_in import (
    OptInLetter,
    business_with_id,
    opt_in_by_token,
    opt_in_letter,
    purpose_labels,
    wording_for,
    wordings_of,
)
from regulars.customers.queries.permitting import (
    Consent,
    assumed_zones,
    consent_for,
    consent_story,
    consents_of,
    purposes_of,
    wishes_of,
    zone_known_of,
)
from regulars.customers.queries.processing import processing_record
from regulars.customers.queries.rarities import Rarity, rarities_of
from regulars.customers.queries.reaching import customers_at
from regulars.customers.queries.retaining import Due, RuleShown, add_life_sign, retention_due, retention_rules
from regulars.customers.queries.standing import (
    PersonKnown,
    PersonRead,
    PersonStanding,
    Reach,
    person_known_of,
    person_standing_of,
    person_standings_of,
    read_person,
)
from regulars.customers.queries.suppressing import suppressed_among
from regulars.customers.queries.together import (
    HouseholdKnown,
    MergeShown,
    cluster_of,
    ever_together,
    household_of,
    merged_among,
    merges_of,
    records_of,
    survivor_of,
    survivors_of,
)
from regulars.customers.rules.channels import CHANNELS, POINT_OF
from regulars.customers.rules.names import CustomerKind
from regulars.customers.rules.purposes import ALL_MARKETING, Basis, PurposeRule
from regulars.customers.rules.wishes import Wishes
from regulars.customers.rules.zones import ZoneKnown

__all__ = [
    "ALL_MARKETING",
    "CHANNELS",
    "POINT_OF",
    "Basis",
    "Company",
    "Consent",
    "ConsentEvent",
    "Customer",
    "CustomerCounts",
    "CustomerKind",
    "CustomerPage",
    "Due",
    "ExportSection",
    "HouseholdKnown",
    "MergeShown",
    "OptInLetter",
    "Pair",
    "PairPage",
    "Particulars",
    "PersonKnown",
    "PersonRead",
    "PersonStanding",
    "PurposeRule",
    "Rarity",
    "Reach",
    "RuleShown",
    "Standing",
    "Trait",
    "Wishes",
    "ZoneKnown",
    "add_export_section",
    "add_life_sign",
    "assumed_zones",
    "business_with_id",
    "cluster_of",
    "company_of",
    "consent_for",
    "consent_story",
    "consents_of",
    "counts_of",
    "customer_by_external_id",
    "customer_kept",
    "customer_named",
    "customer_numbers",
    "customer_of",
    "customers_after",
    "customers_at",
    "customers_with_trait",
    "ever_together",
    "find_customers",
    "forgotten_numbers",
    "household_of",
    "likely_pairs",
    "merge_by_id",
    "merged_among",
    "merged_numbers",
    "merges_of",
    "opt_in_by_token",
    "opt_in_letter",
    "particulars_of",
    "person_known_of",
    "person_standing_of",
    "person_standings_of",
    "processing_record",
    "purpose_labels",
    "purposes_of",
    "rarities_of",
    "read_person",
    "records_of",
    "retention_due",
    "retention_rules",
    "standing_merge_of",
    "standing_of",
    "suppressed_among",
    "survivor_of",
    "survivors_of",
    "traits_of",
    "wishes_of",
    "wording_for",
    "wordings_of",
    "zone_known_of",
]
