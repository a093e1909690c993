"""Names as they are right in their culture: surnames that agree, two surnames, middle names, name order by language."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random

PLAIN = str.maketrans({"đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss"})


@dataclass(frozen=True)
class Name:
    given: str
    family: str
    language: str


@dataclass(frozen=True)
class Culture:
    """Given and family names of women and men; `middles` only where a middle name is usual."""

    language: str
    women: tuple[str, ...]
    men: tuple[str, ...]
    families_of_women: tuple[str, ...]
    families_of_men: tuple[str, ...]
    surnames: int = 1
    middles: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ENGLISH = _split(
    "Ashworth Bailey Barlow Bennett Brooks Carter Clarke Cole Davies Dawson Ellis Fletcher Foster Gibson Grant Hale "
    "Harding Holt Hughes Irving Jarvis Keane Lawson Lloyd Marlow Mercer Nash Norris Osborne Parry Pearce Quinn Reeves "
    "Rowe Shaw Sinclair Thorne Turner Vaughan Wallis Webb Winter York"
)
_HUNGARIAN = _split(
    "Balogh Bíró Bodnár Deák Fehér Fodor Gulyás Hegedűs Horváth Illés Juhász Kiss Kocsis Kovács Lakatos Lukács Mészáros "
    "Molnár Nagy Németh Oláh Orsós Papp Pintér Rácz Sipos Somogyi Szabó Szűcs Takács Tóth Varga Vincze Vörös Zsigmond"
)
_VIETNAMESE = _split("Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý")
_PORTUGUESE = _split(
    "Almeida Alves Azevedo Barbosa Cardoso Carvalho Correia Costa Duarte Esteves Faria Fernandes Ferreira Figueiredo "
    "Fonseca Gomes Gonçalves Guimarães Lopes Machado Magalhães Marques Mendes Monteiro Moreira Neves Nogueira Oliveira "
    "Pinheiro Ribeiro Rocha Simões Soares Sousa Tavares Teixeira Vasconcelos Xavier"
)

CULTURES: tuple[tuple[Culture, int], ...] = (
    (
        Culture(
            "en",
            _split(
                "Abigail Alice Amelia Beatrice Charlotte Daisy Eleanor Emily Esme Florence Freya Grace Hannah Imogen "
                "Isla Jane Kate Lucy Margaret Martha Nora Olive Phoebe Rose Ruth Sophie Tessa Violet Willa"
            ),
            _split(
                "Albert Alfie Archie Arthur Ben Callum Daniel Edward Felix George Harry Henry Isaac Jack James Joseph "
                "Leo Luke Max Noah Oliver Oscar Patrick Ralph Rory Samuel Theo Thomas William"
            ),
            _ENGLISH,
            _ENGLISH,
        ),
        42,
    ),
    (
        Culture(
            "hu",
            _split(
                "Ágnes Anikó Boglárka Csilla Dóra Edit Enikő Erzsébet Eszter Fanni Gabriella Gyöngyi Hajnalka Ildikó "
                "Ilona Judit Kinga Krisztina Lilla Noémi Orsolya Piroska Réka Tünde Zsófia Zsuzsanna"
            ),
            _split(
                "Ádám András Attila Balázs Bence Csaba Dániel Dezső Endre Ernő Gábor Gergő György Imre István János "
                "József Károly László Levente Márton Máté Miklós Péter Sándor Szabolcs Tamás Zoltán Zsolt"
            ),
            _HUNGARIAN,
            _HUNGARIAN,
        ),
        13,
    ),
    (
        Culture(
            "vi",
            _split(
                "Anh Bích Chi Dung Giang Hà Hạnh Hiền Hoa Hồng Hương Lan Liên Linh Mai Nga Ngọc Nhung Phương Thảo Thủy Trang Tuyết Vân Yến"
            ),
            _split(
                "An Bảo Bình Cường Dũng Đạt Đức Hải Hiếu Hòa Hùng Huy Khánh Khoa Long Minh Nam Phong Phúc Quân Quang Sơn Thành Tuấn Việt"
            ),
            _VIETNAMESE,
            _VIETNAMESE,
            middles=(
                _split("Thị Thị Thị Ngọc Thu Kim Minh Thanh"),
                _split("Văn Văn Văn Hữu Đức Minh Quốc Xuân"),
            ),
        ),
        13,
    ),
    (
        Culture(
            "pt",
            _split(
                "Ana Beatriz Carla Catarina Cláudia Conceição Diana Fátima Filipa Graça Helena Inês Joana Lurdes Luísa "
                "Madalena Margarida Mariana Marta Matilde Patrícia Raquel Rita Sofia Sónia Teresa"
            ),
            _split(
                "Afonso André António Bruno Carlos Diogo Duarte Eduardo Estêvão Fábio Francisco Gonçalo Hugo João Jorge "
                "José Luís Manuel Miguel Nuno Paulo Pedro Rafael Ricardo Rui Simão Tiago Vasco"
            ),
            _PORTUGUESE,
            _PORTUGUESE,
            surnames=2,
        ),
        13,
    ),
    (
        Culture(
            "cs",
            _split(
                "Alena Alžběta Anežka Barbora Blanka Dagmar Eliška Hana Helena Ivana Jarmila Jitka Kateřina Kristýna Lenka "
                "Lucie Markéta Michaela Olga Pavla Petra Radka Šárka Tereza Veronika Zdeňka Zuzana"
            ),
            _split(
                "Antonín Bohumil Břetislav Dalibor David Filip František Jakub Jan Jaroslav Jindřich Jiří Karel Kryštof "
                "Ladislav Lukáš Marek Matěj Michal Milan Ondřej Pavel Petr Radek Stanislav Šimon Tomáš Václav Zdeněk"
            ),
            _split(
                "Bartošová Benešová Blažková Čermáková Dvořáková Fialová Havlíčková Horáková Hrubá Jelínková Konečná "
                "Králová Křížová Kučerová Marková Musilová Němcová Novotná Pokorná Procházková Růžičková Sedláčková "
                "Svobodová Šimková Urbanová Vaňková Veselá Zemanová"
            ),
            _split(
                "Bartoš Beneš Blažek Čermák Dvořák Fiala Havlíček Horák Hrubý Jelínek Konečný Král Kříž Kučera Marek "
                "Musil Němec Novotný Pokorný Procházka Růžička Sedláček Svoboda Šimek Urban Vaněk Veselý Zeman"
            ),
        ),
        10,
    ),
    (
        Culture(
            "lv",
            _split(
                "Agnese Aija Anda Anita Baiba Dace Daina Elīna Evija Gunta Ieva Ilze Inese Inga Kristīne Laima Laura Līga "
                "Madara Maija Mārīte Rasma Rūta Sanita Santa Signe Vita Zane"
            ),
            _split(
                "Aigars Ainārs Andris Arvīds Dainis Edgars Gatis Gints Guntis Imants Indulis Ivars Jānis Jēkabs Juris "
                "Kārlis Kaspars Krišjānis Māris Mārtiņš Normunds Oskars Pēteris Raimonds Rihards Toms Uldis Valdis"
            ),
            _split(
                "Apine Balode Bērziņa Dūma Eglīte Gaile Jansone Kalniņa Kārkliņa Krūmiņa Lapiņa Liepiņa Ozola Pētersone "
                "Priede Rozīte Siliņa Sproģe Vītola Zariņa Zvirbule"
            ),
            _split(
                "Apinis Balodis Bērziņš Dūms Eglītis Gailis Jansons Kalniņš Kārkliņš Krūmiņš Lapiņš Liepiņš Ozols "
                "Pētersons Priede Rozītis Siliņš Sproģis Vītols Zariņš Zvirbulis"
            ),
        ),
        9,
    ),
)

ORGANISATIONS: tuple[str, ...] = (
    "Canal Street Dental Practice", "Greenway Primary School", "Harper & Lowe Solicitors", "The Lantern Hotel",
    "Millpond Nursery", "Northgate Library Café", "Okonkwo Architects", "Parish Hall Kitchen", "Quayside Rowing Club",
    "Redbrick Studios", "St Bride’s Choir", "Tinsmith Bicycle Works", "Upper Mill Allotments", "Vale Veterinary Surgery",
    "Wharf Street Yoga", "Albion Print Room", "Bakewell Bookshop", "Corner House Chess Club", "Dockers’ Social Club",
    "Elm Row Care Home", "Foundry Theatre", "Garden Museum Tearoom", "Hollow Tree Preschool", "Ivy Lane Surgery",
    "Junction Co-working", "Kiln Ceramics", "Lock Keeper’s Inn", "Marlow Film Makers", "Nightjar Jazz Club",
    "Old Mill Café", "Pemberton Accountants", "Riverside Scouts", "Sao Miguel Football Club", "Tolnai & Társa Bt.",
)  # fmt: skip

# Numbers that the British regulator keeps free for stories: they never ring anywhere.
STORY_NUMBERS = (
    "+447700900",
    "+442079460",
    "+441134960",
    "+441144960",
    "+441154960",
    "+441164960",
    "+441174960",
)


def pick_name(dice: Random) -> Name:
    """Return a person's name, in the proportions of our neighbourhood."""
    culture = dice.choices([one for one, _ in CULTURES], [share for _, share in CULTURES])[0]
    woman = dice.random() < 0.54
    given = dice.choice(culture.women if woman else culture.men)
    families = culture.families_of_women if woman else culture.families_of_men
    family = " ".join(dice.sample(families, culture.surnames))
    middles = culture.middles[0 if woman else 1]
    if middles:
        middle = dice.choice([one for one in middles if one != given])
        given = f"{middle} {given}"
    return Name(given, family, culture.language)


def address_of(name: Name, number: int) -> str:
    """Return an e-mail address at a domain that is reserved for examples."""
    words = f"{name.given.split()[-1]}.{name.family.split()[-1]}"
    return f"{folded(words)}{number}@example.{('com', 'net', 'org')[number % 3]}"


def folded(text: str) -> str:
    """Return text in small ASCII letters, dots and digits."""
    plain = unicodedata.normalize("NFKD", text.translate(PLAIN)).casefold()
    return "".join(sign for sign in plain if sign.isascii() and (sign.isalnum() or sign == "."))


def number_of(order: int) -> str:
    """Return the n-th telephone number of the story, each only once (7,000 of them)."""
    block, place = divmod(order, 1000)
    return f"{STORY_NUMBERS[block % len(STORY_NUMBERS)]}{place:03d}"
