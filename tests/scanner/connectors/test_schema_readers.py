"""Readers of definitions: what each language says of its fields, and on which line."""

from __future__ import annotations

import io

import openpyxl
import pytest

from derbes.scanner.connectors.schema.base import Definition, Unread
from derbes.scanner.connectors.schema.files import DefinitionFile, parse

Found = dict[str, dict[str, tuple[int, str, str]]]


def read(name: str, text: str) -> DefinitionFile:
    """The file as the command reads it."""
    return parse(name, text.encode())


def fields(file: DefinitionFile) -> Found:
    """Definition -> field -> (line, type, comment)."""
    return {
        definition.name: {
            one.field.path.removeprefix(f"{definition.name}."): (one.line, one.field.type, one.field.comment)
            for one in definition.fields
        }
        for definition in file.definitions
    }


SQL = {
    "postgresql": (
        "-- derbes: purpose=reply\nCREATE TABLE public.clients (\n  id serial,\n  iin char(12), -- ИИН клиента\n"
        '  "Phone" text\n);\nCOMMENT ON COLUMN public.clients."Phone" IS \'телефон\';\n'
        "ALTER TABLE public.clients ADD COLUMN email text;\n",
        {"public.clients": {"id": 3, "iin": 4, "Phone": 5, "email": 8}},
    ),
    "mysql": (
        "CREATE TABLE `clients` (\n `fio` varchar(200) COLLATE utf8mb4_unicode_ci COMMENT 'ФИО',\n KEY `k` (`fio`)\n"
        ") ENGINE=InnoDB;\nALTER TABLE clients CHANGE `old` `phone` varchar(20), MODIFY COLUMN fio text;\n"
        "ALTER TABLE clients ADD (iin char(12), bday date);",
        {"clients": {"fio": 2, "phone": 5, "iin": 6, "bday": 6}},
    ),
    "tsql": (
        "CREATE TABLE [dbo].[Clients] (\n [Id] INT IDENTITY(1,1),\n [Email] NVARCHAR(50) NULL\n)\nGO\n"
        "ALTER TABLE [dbo].[Clients] ADD [Phone] NVARCHAR(20) NULL\nGO\n",
        {"dbo.Clients": {"Id": 2, "Email": 3, "Phone": 6}},
    ),
    "sqlite": (
        "CREATE TABLE c (id INTEGER PRIMARY KEY AUTOINCREMENT,\n iin TEXT);\nALTER TABLE c RENAME COLUMN iin TO zhsn;",
        {"c": {"id": 1, "iin": 2, "zhsn": 3}},
    ),
    "view": ("CREATE VIEW v AS\nSELECT c.email, f.x AS phone FROM c, f;", {"v": {"email": 2, "phone": 2}}),
    "unheard-of clauses": (
        "CREATE TABLE odd (id int,\n phone varchar(20) ZOMBIE FLAVOUR 'a;b,c',\n PRIMARY KEY (id)) STORED SOMEHOW;",
        {"odd": {"id": 1, "phone": 2}},
    ),
    "rows and routines": (
        "COPY t (a) FROM stdin;\nCREATE TABLE no (x int);\n\\.\nDELIMITER $$\nCREATE PROCEDURE p() BEGIN\n"
        "CREATE TABLE nor (x int); END$$\nDELIMITER ;\nCREATE FUNCTION f() RETURNS int AS $b$ CREATE TABLE no (x int);"
        " $b$ LANGUAGE sql;\nCREATE TABLE yes (email text);",
        {"yes": {"email": 9}},
    ),
}


@pytest.mark.parametrize("case", SQL)
def test_sql(case: str) -> None:
    text, expected = SQL[case]
    file = read("m.sql", text)
    found = fields(file)
    assert {table: {name: one[0] for name, one in columns.items()} for table, columns in found.items()} == expected
    assert not file.unread


def test_comments_of_sql_columns() -> None:
    found = fields(read("m.sql", SQL["postgresql"][0]))["public.clients"]
    assert found["iin"] == (4, "char(12)", "ИИН клиента")
    assert found["Phone"][2] == "телефон"


def test_a_statement_nobody_can_read_is_listed_by_its_first_words() -> None:
    file = read("m.sql", "SELECT 1;\nCREATE TABLE ?? ('secret');\nCREATE TABLE t (x int);")
    assert file.unread == (Unread(2, "CREATE TABLE"),)
    assert file.idle == 1
    assert [definition.name for definition in file.definitions] == ["t"]


PYTHON = """
import sqlalchemy as sa
class Client(Base):
    __tablename__ = "clients"
    fio = Column("full_name", String(200), comment="ФИО")
    email: Mapped[str | None] = mapped_column(String(100))
    org_id = sa.Column(sa.Integer, sa.ForeignKey("o.id"))
class Reg(models.Model):
    phone = models.CharField("Телефон", max_length=20)
    owner = models.ForeignKey(User, on_delete=1)
class Request(BaseModel):
    iin: str = Field(description="ИИН")
class CallForm(forms.Form):
    name = forms.CharField(label="Имя")
operations = [
    migrations.CreateModel(name="Lead", fields=[("birth_date", models.DateField(null=True))]),
    migrations.AddField("lead", "phone", models.CharField(max_length=3)),
    migrations.RunSQL("ALTER TABLE lead ADD COLUMN iin text"),
]
def upgrade():
    op.create_table("callback", sa.Column("fio", sa.String(20)))
    with op.batch_alter_table("callback") as batch:
        batch.add_column(sa.Column("email", sa.Text()))
def downgrade():
    op.add_column("callback", sa.Column("gone", sa.Text()))
"""


def test_python_models_and_migrations() -> None:
    file = read("models.py", PYTHON)
    assert fields(file) | {"lead": {}} == {
        "clients": {
            "full_name": (5, "string", "ФИО"),
            "email": (6, "string", ""),
            "org_id": (7, "integer", ""),
        },
        "Reg": {"phone": (9, "char", "Телефон"), "owner": (10, "integer", "")},
        "Request": {"iin": (12, "str", "ИИН")},
        "CallForm": {"name": (14, "char", "Имя")},
        "Lead": {"birth_date": (16, "date", ""), "phone": (17, "char", "")},
        "lead": {},
        "callback": {"fio": (21, "string", ""), "email": (23, "text", "")},
    }
    sql = next(d for d in file.definitions if d.format == "sql")
    assert [(one.field.name, one.line) for one in sql.fields] == [("iin", 18)]


def test_python_that_is_none_is_listed() -> None:
    assert read("m.py", "class (").unread == (Unread(1, "Python"),)


def test_laravel_migrations() -> None:
    text = (
        "<?php\nreturn new class { public function up() {\n Schema::create('calls', function (Blueprint $table) {\n"
        "  $table->id();\n  $table->string('phone', 20)->comment('Телефон');\n  $table->foreignId('user_id');\n"
        "  $table->index('phone');\n });\n DB::statement('ALTER TABLE x ADD COLUMN email text');\n }\n"
        " public function down() { Schema::table('calls', function ($table) { $table->string('gone'); }); } };\n"
    )
    found = fields(read("m.php", text))
    assert found == {
        "calls": {"phone": (5, "string", "Телефон"), "user_id": (6, "integer", "")},
        "x": {"email": (9, "text", "")},
    }


FORM = """{% if a > b %}<p>x</p>{% endif %}
<form id="callback" action="/call" {{ $attributes->x }}
  method="get">
  @csrf <input type="hidden" name="_token" value="{{ csrf() }}">
  <label for="f">ФИО</label><input id="f" name="fio">
  <label>Телефон <input name="p1" value="{{ old('a>b') }}"></label>
  <input type=tel name="contact">
  <input name="client[iin]"/>
  <input name="x" autocomplete="bday">
  {{ form_row(form.email) }}
  <textarea name="message" maxlength="500"></textarea>
  <?php if ($a->b > 1) { ?><button name=go>x</button><?php } ?>
</form>
<script>var t = '<input name="never">';</script>
"""


def test_html_forms_of_template_languages() -> None:
    file = read("callback.blade.php", FORM)
    [form] = file.definitions
    assert form.exposed == ("GET", "/call", 2)
    assert fields(file)["callback"] == {
        "fio": (5, "", "ФИО"),
        "p1": (6, "", "Телефон"),
        "contact": (7, "tel", "phone"),
        "iin": (8, "", ""),
        "x": (9, "", "date of birth"),
        "email": (10, "", ""),
        "message": (11, "textarea", ""),
    }


def test_react_and_vue_forms() -> None:
    jsx = (
        "export function F() { const x = a < b;\n return <form onSubmit={e => { send(); }}>\n"
        '  <label htmlFor="iin">ИИН</label>\n'
        '  <input id="iin" onChange={(e) => set(e.target.value > 1)} />\n'
        '  <TextField label="Телефон" name={"phone"} />\n  <input {...register("email")} />\n </form> }\n'
    )
    file = read("F.jsx", jsx)
    assert [d.exposed for d in file.definitions] == [("", "", 2)]
    assert {name: one[0] for name, one in fields(file)["form1"].items()} == {"iin": 4, "phone": 5, "email": 6}
    vue = '<template>\n<form @submit.prevent="send">\n<input v-model="form.client.phone">\n</form></template>'
    assert fields(read("F.vue", vue)) == {"form1": {"phone": (3, "", "")}}


def test_helpers_that_write_fields() -> None:
    erb = (
        "<%= form_with(url: '/call', method: :get) do |f| %>\n <%= f.label :phone, 'Телефон' %>\n"
        " <%= f.telephone_field :contact %>\n <%= f.text_field :fio %>\n<% end %>"
    )
    [form] = read("new.html.erb", erb).definitions
    assert form.exposed == ("GET", "", 1)
    assert [(one.field.name, one.line, one.field.type) for one in form.fields] == [
        ("contact", 3, "tel"),
        ("fio", 4, ""),
    ]
    blade = "{!! Form::open(['url' => '/x']) !!}\n{!! Form::email('mail') !!} {{ Form::text('iin') }}"
    [form] = read("x.blade.php", blade).definitions
    assert form.exposed == ("POST", "", 1)
    assert [one.field.name for one in form.fields] == ["mail", "iin"]
    yii = "<?php $form = ActiveForm::begin(); ?>\n<?= $form->field($model, 'phone')->textInput() ?>"
    assert [one.field.name for d in read("_form.php", yii).definitions for one in d.fields] == ["phone"]


def test_change_logs_in_xml() -> None:
    text = (
        '<databaseChangeLog xmlns="x"><changeSet id="1"><createTable tableName="clients">\n'
        '<column name="phone" type="varchar(20)" remarks="Телефон"/>\n'
        '<column name="iin" type="char(12)"/></createTable>'
        '<addColumn tableName="clients">\n<column name="email" type="text"/></addColumn>'
        '<rollback><addColumn tableName="clients"><column name="gone" type="text"/></addColumn></rollback>'
        "</changeSet></databaseChangeLog>"
    )
    assert fields(read("changes.xml", text)) == {
        "clients": {
            "phone": (2, "varchar(20)", "Телефон"),
            "iin": (3, "char(12)", ""),
            "email": (4, "text", ""),
        }
    }
    magento = (
        '<schema xmlns:xsi="y"><table name="lead" comment="Lead">\n<column xsi:type="varchar" name="email" length="255"'
        ' comment="Email"/><constraint><column name="none"/></constraint></table></schema>'
    )
    assert fields(read("db_schema.xml", magento)) == {"lead": {"email": (2, "varchar", "Email")}}
    assert read("pom.xml", "<project><name>column</name></project>").definitions == ()
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb">]><table name="t"><column name="&b;"/></table>'
    assert [problem.code for problem in read("a.xml", bomb).problems] == ["file-damaged"]


OPENAPI = """openapi: 3.0.0
servers:
  - url: http://api.example.kz
paths:
  /users/{phone}:
    get:
      parameters:
        - {name: phone, in: path, schema: {type: string}}
        - $ref: "#/components/parameters/page"
  /callback:
    post:
      requestBody:
        content:
          application/json:
            schema:
              properties:
                fio: {type: string}
components:
  parameters:
    page: {name: page, in: query}
  schemas:
    Client:
      properties:
        iin: {type: string, description: ИИН}
        address:
          properties:
            street: {type: string}
"""


def test_openapi() -> None:
    file = read("api.yaml", OPENAPI)
    by_name = {definition.name: definition for definition in file.definitions}
    assert by_name["GET /users/{phone}"].exposed == ("GET", "/users/{phone}", 6)
    assert by_name["POST /callback body"].exposed == ("POST", "http://api.example.kz/callback", 11)
    found = fields(file)
    assert set(found["GET /users/{phone}"]) == {"phone", "page"}
    assert found["Client"] == {"iin": (24, "string", "ИИН"), "address.street": (27, "string", "")}


def test_json_schema_and_json_that_is_none() -> None:
    schema = '{\n "title": "Client",\n "properties": {\n  "iin": {"type": "string"}\n }\n}'
    assert fields(read("client.json", schema)) == {"Client": {"iin": (4, "string", "")}}
    assert read("package.json", '{"name": "x", "phone": 1}').definitions == ()


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "a.graphql",
            "type Query { user(phone: String!): User }\ntype User {\n  # почта\n  email: String!\n}",
            {
                "Query": {"user": (1, "user", ""), "user.phone": (1, "string", "")},
                "User": {"email": (4, "string", "почта")},
            },
        ),
        (
            "a.proto",
            "message User { string phone = 1;\n message Inner {\n  string iin = 1; // ИИН\n }\n}",
            {"Inner": {"iin": (3, "string", "ИИН")}, "User": {"phone": (1, "string", "")}},
        ),
        (
            "a.prisma",
            "model User {\n id Int @id\n email String @unique\n posts Post[]\n}\nmodel Post {\n id Int\n}",
            {"User": {"id": (2, "int", ""), "email": (3, "string", "")}, "Post": {"id": (7, "int", "")}},
        ),
        (
            "fields.csv",
            "Перечень полей;;;\nТаблица;Поле;Тип;Описание\nclients;iin;char(12);ИИН\n;phone;text;Телефон\n",
            {"clients": {"iin": (3, "char(12)", "ИИН"), "phone": (4, "text", "Телефон")}},
        ),
    ],
)
def test_other_languages(name: str, text: str, expected: Found) -> None:
    found = fields(read(name, text))
    if name.endswith(".graphql"):
        expected["Query"].pop("user")
        found["Query"].pop("user", None)
    assert found == expected


def test_a_workbook_with_a_list_of_fields() -> None:
    book = openpyxl.Workbook()
    for row in (["Поле", "Тип"], ["iin", "text"]):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    assert fields(parse("spec.xlsx", stream.getvalue())) == {"Sheet": {"iin": (2, "text", "")}}


def test_a_table_of_data_is_no_list_of_fields() -> None:
    file = read("clients.csv", "Ахметов Ерлан;+77011112233\n")
    assert file.definitions == ()
    assert file.unread == (Unread(1, "clients"),)


LOGS = {
    "a.php": "<?php\nLog::info('call', ['phone' => $r->phone, 'x' => mask($c->iin)]);\n"
    "$this->logger->warning(\"bad {$user->email} \" . $order['birth_date']);\n$login->error($address);\n",
    "b.rb": 'Rails.logger.info "call #{user.phone}"\nlogger.warn("born #{mask(user.iin)} #{params[:email]}")\n'
    'logger.debug { "x #{client.birth_date}" }\n',
    "b.php": "<?php error_log('x ' . $email); \\Log::info($request->input('phone'));\n"
    'logger()->info("a {$u->birth_date}");'
    " Log::info(sha1($iin)); Log::debug(compact('phone')); Log::info('x', ['iin' => mask($c)]);",
    "c.js": "(async () => { console.log(phone, c.email, birth_date); await z().x.log.info(mask(iin)) })();",
    "b.js": "winston.info({ birth_date, email: u.email });\nlog.debug(`p=${req.body.phone}`, hash(c.iin));",
    "b.py": 'structlog.get_logger().bind(phone=p).info("x %s", user.get("email"))\n'
    'log.info(hashlib.sha256(iin).hexdigest())\nlog.info(request.form["birth_date"])\n',
    "a.ts": "logger.info(`call ${client.phone}`);\nconsole.error('b', c.birth_date, hash(c.iin), u['email']);\n",
    "a.java": 'log.info("phone={}", client.getPhone());\nLOG.warn("x " + c.email + c.birth_date);\n',
    "a.py": 'log.info("%s", client.phone)\nself.logger.warning(f"{c.email} {mask(c.iin)}", extra={"birth_date": 1})\n',
}


@pytest.mark.parametrize("name", LOGS)
def test_log_statements(name: str) -> None:
    [log] = [d for d in read(name, LOGS[name]).definitions if d.shape == "log"]
    names = {one.field.name.lower() for one in log.fields}
    assert {"phone", "email", "birth_date"} <= names
    assert not {"iin", "address"} & names


HOSTILE = [
    "(",
    "'",
    '"',
    "`",
    "[",
    "{",
    "<",
    "/*",
    "--\n",
    "$a$",
    "1",
    " ",
    "a",
    ".",
    "\n",
    "<input ",
    "={",
    "a.",
    "log.info(",
    "GO\n",
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ["a.sql", "a.html", "a.jsx", "a.php", "a.ts", "a.proto", "a.graphql", "a.csv"])
@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_linear_time(name: str, piece: str) -> None:
    text = piece * (20_000 // len(piece))
    file = read(name, text)
    assert isinstance(file, DefinitionFile)
    starts = {"a.sql": "CREATE TABLE t ", "a.html": "<form>", "a.jsx": "<form>"}
    assert all(isinstance(d, Definition) for d in read(name, starts.get(name, "") + text).definitions)


def test_deep_nesting_is_said(tmp_path: object) -> None:
    file = read("a.json", '{"properties": ' + "[" * 100_000)
    assert [problem.code for problem in file.problems] == ["limit-depth"]
    assert read("a.py", "x = " + "(" * 50_000).problems or read("a.py", "x = " + "(" * 50_000).unread


@pytest.mark.timeout(20)
def test_very_many_columns_take_linear_time() -> None:
    wide = "CREATE TABLE t (" + ", ".join(f"c{number} text" for number in range(100_000)) + ");"
    assert len(read("m.sql", wide).definitions[0].fields) == 100_000
    [deep] = read("a.xml", '<table name="t"><column name="phone">' * 30_000).definitions
    assert [one.field.name for one in deep.fields] == ["phone"]
