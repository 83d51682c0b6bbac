"""Migrations and models of PHP, Ruby and Node, each as its framework writes them."""

from __future__ import annotations

import pytest

from derbes.scanner.connectors.schema.base import Unread
from derbes.scanner.connectors.schema.files import DefinitionFile, parse

Found = dict[str, dict[str, tuple[int, str, str]]]


def read(name: str, text: str) -> DefinitionFile:
    """The file as the command reads it."""
    return parse(name, text.encode())


def fields(file: DefinitionFile) -> Found:
    """Definition -> field -> (line, type, comment); log statements left out."""
    return {
        d.name: {
            one.field.path.removeprefix(f"{d.name}."): (one.line, one.field.type, one.field.comment) for one in d.fields
        }
        for d in file.definitions
        if d.shape != "log"
    }


CASES: dict[str, tuple[str, str, Found]] = {
    "laravel": (
        "m.php",
        "<?php\nreturn new class { public function up(): void {\n"
        " Schema::connection('x')->create('calls', function (Blueprint $table) {\n"
        "  $table->id(); $table->timestamps();\n  $table->string('phone', 20)->nullable()->comment('Телефон');\n"
        "  $table->foreignId('user_id')->constrained();\n  $table->index('phone'); });\n"
        " Schema::table('calls', fn ($t) => $t->renameColumn('a', 'email'));\n"
        " DB::statement('ALTER TABLE x ADD COLUMN iin text'); }\n"
        " public function down() { Schema::table('calls', function ($table) { $table->string('gone'); }); } };\n",
        {
            "calls": {"phone": (5, "string", "Телефон"), "user_id": (6, "integer", ""), "email": (8, "", "")},
            "x": {"iin": (9, "text", "")},
        },
    ),
    "yii": (
        "m.php",
        "<?php class m1 extends Migration { public function safeUp() {\n"
        " $this->createTable('{{%user}}', [\n  'id' => $this->primaryKey(),\n"
        "  'email' => $this->string(255)->notNull()->comment('Почта'),\n  'fio' => 'VARCHAR(200) NOT NULL',\n ]);\n"
        " $this->addColumn('{{%user}}', 'phone', $this->string(20));\n }\n"
        " public function safeDown() { $this->addColumn('{{%user}}', 'gone', 'text'); } }",
        {
            "user": {
                "id": (3, "primarykey", ""),
                "email": (4, "string", "Почта"),
                "fio": (5, "varchar", ""),
                "phone": (7, "string", ""),
            }
        },
    ),
    "phinx": (
        "m.php",
        "<?php class M extends AbstractMigration { public function change(): void {\n $table = $this->table('users');\n"
        " $table->addColumn('email', 'string', ['limit' => 100, 'comment' => 'Почта'])\n"
        "  ->addColumn('iin', 'char')->addIndex(['email'])->create();\n"
        " $this->table('logs')->addColumn('ip', 'string')->update(); } }",
        {"users": {"email": (3, "string", "Почта"), "iin": (3, "char", "")}, "logs": {"ip": (5, "string", "")}},
    ),
    "doctrine": (
        "m.php",
        "<?php final class V extends AbstractMigration { public function up(Schema $schema): void {\n"
        " $table = $schema->createTable('client');\n $table->addColumn('phone', 'string', ['length' => 20]);\n"
        " $this->addSql('CREATE TABLE lead (id INT NOT NULL, email VARCHAR(180) NOT NULL)'); }\n"
        " public function down(Schema $schema): void { $this->addSql('ALTER TABLE lead ADD gone TEXT'); } }",
        {"client": {"phone": (3, "string", "")}, "lead": {"id": (4, "int", ""), "email": (4, "varchar(180)", "")}},
    ),
    "doctrine entity": (
        "User.php",
        "<?php\n#[ORM\\Entity]\n#[ORM\\Table(name: 'app_user')]\nclass User {\n"
        " #[ORM\\Column(length: 180, options: ['comment' => 'x'])]\n private ?string $email = null;\n"
        ' /** @ORM\\Column(name="tel", type="string", length=20) */\n protected $phone;\n private $service;\n}',
        {"app_user": {"email": (6, "string", ""), "tel": (8, "string", "")}},
    ),
    "drupal": (
        "x.install.php",
        "<?php function x_schema() { $schema['people'] = [\n 'description' => 'People', 'fields' => [\n"
        "  'mail' => ['type' => 'varchar', 'length' => 254, 'description' => 'E-mail'],\n"
        "  'uid' => ['type' => 'int'],\n ], 'primary key' => ['uid']];\n return $schema; }",
        {"people": {"mail": (3, "varchar", "E-mail"), "uid": (4, "int", "")}},
    ),
    "wordpress": (
        "schema.php",
        '<?php\n$sql = "CREATE TABLE {$wpdb->prefix}clients (\n id bigint(20),\n email varchar(100)\n) $charset;";\n'
        '$b = "CREATE TABLE $wpdb->users (\n user_email varchar(100)\n)";',
        {
            "clients": {"id": (3, "bigint(20)", ""), "email": (4, "varchar(100)", "")},
            "users": {"user_email": (7, "varchar(100)", "")},
        },
    ),
    "laravel request": (
        "StoreCall.php",
        "<?php class StoreCall extends FormRequest { public function rules(): array {\n"
        " return [\n  'fio' => 'required|string',\n  'contact' => ['required', 'email'],\n ]; } }",
        {"StoreCall": {"fio": (3, "", ""), "contact": (4, "email", "")}},
    ),
    "symfony form": (
        "CallType.php",
        "<?php class CallType extends AbstractType { public function buildForm($builder, $o) {\n"
        " $builder->add('phone', TelType::class, ['label' => 'Телефон'])\n  ->add('email', EmailType::class); } }",
        {"CallType": {"phone": (2, "tel", "Телефон"), "email": (2, "email", "")}},
    ),
    "rails schema": (
        "schema.rb",
        'ActiveRecord::Schema[7.1].define(version: 1) do\n  create_table "users", force: :cascade do |t|\n'
        '    t.string "email", limit: 255, comment: "почта"\n    t.string :first_name, :last_name\n'
        '    t.bigint "account_id", null: false\n    t.index ["email"]\n  end\nend',
        {
            "users": {
                "email": (3, "string", "почта"),
                "first_name": (4, "string", ""),
                "last_name": (4, "string", ""),
                "account_id": (5, "bigint", ""),
            }
        },
    ),
    "rails migration": (
        "m.rb",
        "class A < ActiveRecord::Migration[7.0]\n  def up\n    add_column :users, :phone, :string, limit: 20\n"
        "    change_table(:users) { |t| t.column :iin, :string }\n    rename_column :users, :a, :birth_date\n"
        "    execute <<~SQL\n      ALTER TABLE leads ADD COLUMN email text\n    SQL\n  end\n"
        "  def down\n    add_column :users, :gone, :string\n  end\nend",
        {
            "users": {"phone": (3, "string", ""), "iin": (4, "string", ""), "birth_date": (5, "", "")},
            "leads": {"email": (7, "text", "")},
        },
    ),
    "knex": (
        "m.js",
        "exports.up = (knex) => knex.schema.createTable('users', (t) => {\n t.increments('id');\n"
        " t.string('email', 255).notNullable().comment('почта');\n}).alterTable('leads', function (table) {\n"
        " table.string('phone'); });\nexports.down = (knex) => knex.schema.table('users', t => { t.string('gone') });",
        {
            "users": {"id": (2, "integer", ""), "email": (3, "string", "почта")},
            "leads": {"phone": (5, "string", "")},
        },
    ),
    "sequelize": (
        "m.js",
        "module.exports = { async up(q, Sequelize) {\n await q.createTable('Users', {\n"
        "  email: { type: Sequelize.STRING(100), comment: 'почта' },\n });\n"
        " await q.addColumn('Users', 'phone', { type: Sequelize.STRING });\n },\n"
        " async down(q) { await q.addColumn('Users', 'gone', {}); } };\n"
        "const L = sequelize.define('Lead', { iin: DataTypes.CHAR(12) });\nUser.init({ fio: DataTypes.STRING }, {});",
        {
            "Users": {"email": (3, "string", "почта"), "phone": (5, "string", "")},
            "Lead": {"iin": (8, "char", "")},
            "User": {"fio": (9, "string", "")},
        },
    ),
    "typeorm": (
        "user.entity.ts",
        "@Entity('app_users')\nexport class User {\n @PrimaryGeneratedColumn() id: number;\n"
        " @Column({ type: 'varchar', length: 100, comment: 'почта' })\n email: string;\n"
        " @Column() public phone?: string | null;\n @IsEmail() contact: string;\n service: Service;\n}\n"
        "class M { async up(r: QueryRunner) { await r.query(`ALTER TABLE leads ADD iin char(12)`) }\n"
        " async down(r) { await r.query(`ALTER TABLE leads ADD gone text`) } }",
        {
            "app_users": {"email": (5, "varchar", "почта"), "phone": (6, "string", ""), "contact": (7, "email", "")},
            "leads": {"iin": (10, "char(12)", "")},
        },
    ),
    "mongoose": (
        "user.js",
        "const userSchema = new mongoose.Schema({\n email: { type: String, required: true },\n phone: String,\n"
        " address: { street: String },\n});\n",
        {
            "userSchema": {
                "email": (2, "string", ""),
                "phone": (3, "string", ""),
                "address.street": (4, "string", ""),
            }
        },
    ),
    "a schema of maps": (
        "schema.js",
        "module.exports = {\n users: {\n  email: {type: 'string', maxlength: 191},\n  name: {type: 'string'},\n },\n"
        " options: {a: 1, b: {type: 'x'}, c: {d: 2}},\n};",
        {"users": {"email": (3, "string", ""), "name": (4, "string", "")}},
    ),
    "drizzle and zod": (
        "schema.ts",
        "export const users = pgTable('users', {\n id: serial('id'),\n mail: varchar('email', { length: 256 }),\n});\n"
        "export const call = z.object({\n phone: z.string().max(20),\n});",
        {
            "users": {"id": (2, "serial", ""), "email": (3, "varchar", "")},
            "call": {"phone": (6, "string", "")},
        },
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_frameworks(case: str) -> None:
    name, text, expected = CASES[case]
    file = read(name, text)
    assert fields(file) == expected
    assert not file.unread


HOSTILE = "( [ { ' \" a. < ` $a->b( /* a 1 #{ {a: x( ->b() .b() a+( @A() class log.info( Log::info( [1=> <<~A".split()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ["a.php", "a.rb", "a.js", "a.ts"])
@pytest.mark.parametrize("piece", [*HOSTILE, "\n", "do |t|\n", "a:b,"])
def test_hostile_code_ends(name: str, piece: str) -> None:
    text = ("<?php " if name == "a.php" else "x = ") + piece * (50_000 // len(piece))
    file = read(name, text)
    assert isinstance(file, DefinitionFile)
    assert {problem.code for problem in file.problems} <= {"limit-time", "limit-depth"}


def test_code_that_takes_too_long_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("derbes.scanner.connectors.schema.trees.SECONDS", 0.0)
    file = read("a.rb", "create_table :t do |t|\n t.string :phone\nend\n" * 5_000)
    assert [problem.code for problem in file.problems] == ["limit-time"]
    assert file.definitions == ()


def test_lengths_of_columns() -> None:
    [table] = read("m.rb", CASES["rails schema"][1]).definitions
    assert table.fields[0].field.length == 255
    [table] = [d for d in read("m.php", CASES["laravel"][1]).definitions if d.name == "calls"]
    assert table.fields[0].field.length == 20


def test_code_that_defines_nothing() -> None:
    assert fields(read("a.js", "const a = { phone: 1 }; User.create({ email: x }); table.string('x');")) == {}
    assert fields(read("a.rb", "User.create email: 1\nputs 'CREATED TABLE x'")) == {}


def test_what_stands_beside_a_broken_place_is_read_and_the_place_said() -> None:
    file = read("m.php", "<?php\nSchema::create('a', function ($t) {\n $t->string('phone'); });\n$x = = 3 );\n")
    assert fields(file) == {"a": {"phone": (3, "string", "")}}
    assert [type(one) for one in file.unread] == [Unread]
    assert file.unread[0].line == 4
