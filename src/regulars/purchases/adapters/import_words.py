"""What the columns of foreign sales tables are called, and what can be the matter with their rows."""

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
            "customerid", "customer", "customernumber", "customerno", "customercode",
            "custid", "cust", "memberid", "member", "clientid",
            "client", "householdid", "userid", "cardnumber", "kunde", "kundennummer", "kundennr", "kundenid", "vasarlo", "ugyfel",
            "ugyfelszam", "vevo", "vevokod", "khachhang", "makhachhang", "cliente", "idcliente", "numerocliente", "zakaznik",
            "cislozakaznika", "klients", "klientanumurs", "clientenr", "klient", "nrklienta", "idclient",
        ),
    ),
    Field(
        "at",
        _("Date and time"),
        shape="moment",
        required=True,
        synonyms=(
            "at", "date", "datetime", "timestamp",
            "transactiondate", "transactiontimestamp", "orderdate", "purchasedate", "saledate",
            "invoicedate", "createdat", "time", "datum", "verkaufsdatum",
            "datumzeit", "idopont", "kelt", "ngay", "thoigian", "data",
            "datahora", "fecha", "datums", "datacas", "datasprzedazy",
        ),
    ),
    Field(
        "amount",
        _("Amount"),
        shape="money",
        required=True,
        synonyms=(
            "amount", "total", "totalamount", "salesvalue", "sales", "revenue",
            "value", "price", "paid", "gross", "grandtotal", "spend",
            "betrag", "summe", "umsatz", "gesamt", "osszeg", "vegosszeg",
            "fizetett", "sotien", "tongtien", "thanhtien", "valor", "montante",
            "importe", "castka", "celkem", "summa", "cena", "kwota", "montant",
        ),
    ),
    Field(
        "quantity",
        _("Quantity"),
        shape="quantity",
        synonyms=(
            "quantity", "qty", "count", "units", "pieces", "menge",
            "anzahl", "stuck", "mennyiseg", "db", "darab", "soluong", "quantidade",
            "cantidad", "mnozstvi", "pocet", "daudzums", "skaits", "ilosc", "quantite",
        ),
    ),
    Field(
        "product",
        _("Product"),
        synonyms=(
            "product", "productname", "productid", "item", "itemname",
            "article", "sku", "description", "produkt", "artikel", "termek",
            "cikk", "megnevezes", "sanpham", "tensanpham", "produto", "producto",
            "vyrobek", "zbozi", "produkts", "prece", "towar", "produit",
        ),
    ),
    Field(
        "category",
        _("Category"),
        synonyms=(
            "category", "productcategory", "group", "department", "kategorie",
            "warengruppe", "kategoria", "csoport", "danhmuc", "nhom",
            "categoria", "kategorija", "categorie",
        ),
    ),
    Field(
        "receipt",
        _("Receipt number"),
        synonyms=(
            "receipt", "receiptnumber", "receiptno", "receiptid", "basketid", "orderid", "ordernumber", "invoice", "invoiceno",
            "invoicenumber", "transactionid", "bon", "bonnummer",
            "belegnummer", "rechnungsnummer", "nyugta", "nyugtaszam", "bizonylatszam",
            "szamlaszam", "hoadon", "sohoadon", "madonhang", "recibo",
            "fatura", "numerorecibo", "uctenka", "cislouctenky", "ceks",
            "cekanumurs", "paragon", "nrparagonu", "ticket",
        ),
    ),
    Field(
        "branch",
        _("Branch code"),
        synonyms=(
            "branch", "branchcode", "store", "storeid", "shop", "location",
            "outlet", "filiale", "filialnummer", "uzlet", "bolt", "telephely",
            "chinhanh", "cuahang", "filial", "loja", "tienda", "pobocka", "prodejna", "veikals", "sklep", "magasin",
        ),
    ),
    Field(
        "currency",
        _("Currency"),
        synonyms=(
            "currency", "currencycode", "curr", "wahrung", "waehrung", "penznem", "deviza",
            "tiente", "moeda", "moneda", "mena", "valuta", "waluta", "devise",
        ),
    ),
    Field(
        "original",
        _("Receipt of the sale that is refunded"),
        synonyms=("original", "originalreceipt", "refundof", "returnof", "originalbeleg", "eredetinyugta", "originalorder"),
    ),
)  # fmt: skip

PROBLEMS = {
    "future": _("“%(value)s” lies more than a day in the future."),
    "past": _("“%(value)s” lies before 1970."),
    "unknown_currency": _("“%(value)s” is no currency code."),
    "unknown_branch": _("There is no branch with the code “%(value)s”. Add it under Settings first."),
    "foreign_branch": _("The branch “%(value)s” is not one of yours."),
    "branch_needed": _("You look after several branches: the row must say to which one it belongs."),
    "foreign_customer": _("The customer “%(value)s” belongs to a branch that is not one of yours."),
    "receipt_spoiled": _("Row %(value)s of the same receipt can't be taken, so the receipt as a whole is not."),
    "receipt_customers": _("The rows of receipt “%(value)s” name different customers."),
    "receipt_currencies": _("The rows of receipt “%(value)s” are in different currencies."),
    "receipt_days": _("The rows of receipt “%(value)s” are more than a day apart."),
    "receipt_taken": _("Receipt “%(value)s” is recorded already, with other content."),
    "original_missing": _("A refund must name the receipt of the sale that it takes back."),
    "original_on_sale": _("Only a refund (a negative amount) can name an original sale."),
    "original_not_found": _("No sale of this customer has the receipt “%(value)s”."),
    "refund_too_large": _("More would be paid back than was paid with receipt “%(value)s”."),
}
know_problems(PROBLEMS)
