"""What the columns of foreign customer tables are called, and what can be the matter with their rows."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.groundwork.kernel.intake.kinds import Field
from regulars.groundwork.kernel.tables.problems import know_problems

FIELDS = (
    Field(
        "customer",
        _("Customer number"),
        required=True,
        synonyms=(
            "customerid", "customer", "customernumber", "customerno", "customercode", "id", "externalid", "memberid", "clientid", "cardnumber",
            "kundennummer", "kundennr", "kundenid", "ugyfelszam", "vasarloid", "vevokod", "makhachhang", "idcliente", "numerocliente",
            "cislozakaznika", "klientanumurs", "nrklienta",
        ),
    ),
    Field(
        "name",
        _("Full name"),
        synonyms=("name", "fullname", "customername", "nev", "teljesnev", "hoten", "hovaten", "nome", "nombre", "jmeno", "vards", "imieinazwisko"),
    ),
    Field(
        "given_name",
        _("Given name"),
        synonyms=("givenname", "firstname", "forename", "vorname", "keresztnev", "utonev", "ten", "primeironome", "krestnijmeno", "imie", "prenom"),
    ),
    Field(
        "family_name",
        _("Family name"),
        synonyms=("familyname", "lastname", "surname", "nachname", "familienname", "vezeteknev", "csaladnev", "ho", "sobrenome", "apelido",
                  "apellido", "prijmeni", "uzvards", "nazwisko"),
    ),
    Field(
        "organisation",
        _("Organisation"),
        synonyms=("organisation", "organization", "company", "companyname", "firma", "ceg", "cegnev", "congty", "empresa", "spolecnost", "uznemums"),
    ),
    Field("email", _("E-mail"), synonyms=("email", "emailaddress", "mail", "emailcim", "correo", "epasts", "adresemail")),
    Field(
        "phone",
        _("Phone"),
        synonyms=("phone", "phonenumber", "mobile", "mobilephone", "telephone", "tel", "telefon", "telefonnummer", "handy", "telefonszam", "mobil",
                  "dienthoai", "sodienthoai", "telefone", "telefono", "telefonnicislo", "talrunis"),
    ),
    Field("language", _("Language"), synonyms=("language", "lang", "locale", "sprache", "nyelv", "ngonngu", "idioma", "jazyk", "valoda", "jezyk")),
    Field(
        "branch",
        _("Home branch code"),
        synonyms=("branch", "branchcode", "homebranch", "store", "shop", "filiale", "uzlet", "chinhanh", "loja", "tienda", "pobocka", "veikals"),
    ),
    Field(
        "subscribed",
        _("Permission (never taken from a file)"),
        synonyms=("subscribed", "subscribe", "optin", "emailoptin", "optedin", "newsletter", "consent", "marketing", "marketingconsent", "gdprconsent",
                  "einwilligung", "feliratkozott", "hirlevel", "inscrito", "souhlas", "piekrisana"),
    ),
    Field("zone", _("Time zone"), synonyms=("zone", "timezone", "zeitzone", "idozona")),
    Field("note", _("Note"), synonyms=("note", "notes", "comment", "remark", "bemerkung", "notiz", "megjegyzes", "ghichu", "observacao", "poznamka")),
)  # fmt: skip

know_problems(
    {
        "not_an_email": _("“%(value)s” is no single e-mail address."),
        "not_a_phone": _("“%(value)s” is no phone number."),
        "not_a_language": _("“%(value)s” is no language code such as “en” or “pt-BR”."),
        "not_a_zone": _("“%(value)s” is no time zone such as “Europe/Budapest”."),
        "customer_unknown_branch": _("There is no branch with the code “%(value)s”. Add it under Settings first."),
        "customer_foreign_branch": _("The branch “%(value)s” is not one of yours."),
        "customer_elsewhere": _("The customer “%(value)s” belongs to a branch that is not one of yours."),
        "consent_without_proof": _(
            "“%(value)s” would be a permission without proof, which no file can give. Empty the cell; sign-ups and the counter record permissions."
        ),
        "asked_to_be_forgotten": _("This person asked to be forgotten, so a file can't bring them back."),
        "customer_twice": _("The file names this customer twice with different content, also in row %(value)s."),
    }
)
