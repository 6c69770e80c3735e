using System.Collections;
using Jangteo.Platform;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests;

public sealed class SettingsTests
{
    [Fact]
    public void The_file_in_the_repository_says_every_default()
    {
        Assert.Equal(new Settings(), SettingsReader.Read("jangteo.yaml", Repository.Read("jangteo.yaml"), new Hashtable()));
    }

    [Fact]
    public void The_file_in_the_repository_names_every_setting_and_why()
    {
        var lines = Repository.Read("jangteo.yaml").Split('\n');
        foreach (var name in Names(typeof(Settings)))
            Assert.Contains(lines, line => line.TrimStart().StartsWith(name + ":") && line.Contains(" # "));
    }

    /// <summary>
    /// A setting that nothing reads is a promise that is not kept. Each is read outside of where settings are declared and read from their
    /// file.
    /// </summary>
    [Fact]
    public void Every_setting_is_read_by_the_program()
    {
        var source = string.Join(
            '\n', Repository.Lines("src/").Where(line => line.Where.Contains(".cs:") && !line.Where.Contains("/SettingsReader.cs:"))
            .Where(line => !line.Text.Contains("{ get; init; }")).Select(line => line.Text));

        var itself = string.Join('\n', Repository.Lines("src/Jangteo.Platform/Settings/Settings.cs").Select(line => line.Text).Where(line => !line.Contains("{ get; init; }") && !line.Contains("///")));

        Assert.Empty(
            Paths(typeof(Settings), "")
                .Where(path => !IsRead(path, source) && !System.Text.RegularExpressions.Regex.IsMatch(itself, $@"\b{path[^1]}\b")));
    }

    [Fact]
    public void Every_database_and_address_of_a_module_is_read()
    {
        foreach (var module in Jangteo.Kinds.Modules.All)
        {
            var section = char.ToUpperInvariant(module[0]) + module[1..];
            var settings = Read($"Jangteo: {{ {section}: {{ Database: Host=x, Address: http://x }} }}");

            Assert.Equal(("Host=x", "http://x"), (settings.DatabaseOf(module), settings.AddressOf(module)));
        }
    }

    /// <summary>
    /// By its section, such as Trading.Lease or limits.Moves; a section is often handed on under the name of its last word.
    /// </summary>
    private static bool IsRead(string[] path, string source)
    {
        if (path is [_, "Database" or "Address"])
            return true;
        var lastWord = path.Length == 1 ? "" : path[^2][path[^2].TakeWhile((_, at) => !path[^2][(at + 1)..].All(char.IsLower)).Count()..];
        var names = path.Length == 1 ? $@"(?i:settings)\.{path[0]}\b" : $@"(?i:{path[^2]}|{lastWord}|settings|options)\.{path[^1]}\b";
        return System.Text.RegularExpressions.Regex.IsMatch(source, names);
    }

    private static IEnumerable<string[]> Paths(Type type, string section) =>
        type.GetProperties().Where(property => property.CanWrite)
            .SelectMany(property => property.PropertyType.IsClass && property.PropertyType != typeof(string)
            ? Paths(property.PropertyType, property.Name)
            : [section.Length == 0 ? [property.Name] : [section, property.Name]]);

    [Fact]
    public void The_environment_is_stronger_than_the_file_and_the_file_than_the_default()
    {
        var settings = Read("Jangteo:\n  Port: 1\n  FeePermille: 7\n", ("Jangteo__Port", "2"), ("JANGTEO__TRADING__LEASE", "10s"), ("Elsewhere__Port", "3"));

        Assert.Equal((2, 7, "KRW", TimeSpan.FromSeconds(10)), (settings.Port, settings.FeePermille, settings.Currency, settings.Trading.Lease));
    }

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("3s", 3)]
    [InlineData("15m", 900)]
    [InlineData("24h", 86_400)]
    [InlineData("7d", 604_800)]
    public void Durations_are_written_with_their_unit(string written, double seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read($"Jangteo: {{ Trading: {{ Lease: {written} }} }}").Trading.Lease);
    }

    [Theory]
    [InlineData("Jangteo:\n  Prot: 80", "jangteo.yaml:2: there is no setting Prot; did you mean Port?")]
    [InlineData("Jangteo:\n  Trading:\n    lase: 5s", "jangteo.yaml:3: there is no setting Trading:lase; did you mean Trading:Lease?")]
    [InlineData("Jangteo:\n  Tradin:\n    Lease: 5s", "jangteo.yaml:3: there is no setting Tradin:Lease; did you mean Trading:Lease?")]
    [InlineData("Port: 80", "jangteo.yaml:1: Port stands outside of Jangteo; write every setting under \"Jangteo:\"")]
    [InlineData("Jangteo:\n  Port: many", "jangteo.yaml:2: Port is a whole number, not \"many\"")]
    [InlineData("Jangteo:\n  Port: 99999", "jangteo.yaml:2: Port is from 0 to 65535, not \"99999\"")]
    [InlineData("Jangteo:\n  Sandbox: perhaps", "jangteo.yaml:2: Sandbox is true or false, not \"perhaps\"")]
    [InlineData("Jangteo:\n  Sessions:\n    People: 40d", "jangteo.yaml:3: Sessions:People is from 1s to 31d, not \"40d\"")]
    [InlineData("Jangteo:\n  Language: fr", "jangteo.yaml:2: Language is one of ko, en, not \"fr\"")]
    [InlineData("Jangteo:\n  Currency: won", "jangteo.yaml:2: Currency is the code of a currency (ISO 4217), such as KRW, JPY or USD, not \"won\"")]
    [InlineData("Jangteo:\n  Currency: XYZ", "jangteo.yaml:2: Currency is the code of a currency (ISO 4217), such as KRW, JPY or USD, not \"XYZ\"")]
    [InlineData("Jangteo:\n  TimeZone: Asia/Soul", "jangteo.yaml:2: TimeZone is a time zone (IANA), such as Asia/Seoul, Europe/Berlin or UTC, not \"Asia/Soul\"")]
    [InlineData("Jangteo:\n  TimeZone: Korea Standard Time", "jangteo.yaml:2: TimeZone is a time zone (IANA), such as Asia/Seoul, Europe/Berlin or UTC, not \"Korea Standard Time\"")]
    [InlineData("Jangteo:\n  DataFolder: ''", "jangteo.yaml:2: DataFolder must not be empty, not \"\"")]
    [InlineData("Jangteo:\n  Trading:\n    Lease: 5", "jangteo.yaml:3: Trading:Lease is a duration such as 500ms, 3s, 15m, 24h or 7d, not \"5\"")]
    [InlineData("Jangteo:\n  Broker: rabbit:5672", "jangteo.yaml:2: Broker is an address such as amqp://user:password@host:5672/ or amqps://user:password@host:5671/, or empty")]
    [InlineData("Jangteo:\n  Trading:\n    Database: Host=db;SSL Mode=Sometimes", "jangteo.yaml:3: Trading:Database is an Npgsql connection string such as Host=db;Username=jangteo;Password=...;Database=jangteo, or empty")]
    [InlineData("Jangteo:\n  ServiceKey: tooshort", "jangteo.yaml:2: ServiceKey is of the form (.{16,})?")]
    [InlineData("Jangteo:\n  Port: [1, 2]", "jangteo.yaml:2: Port is a list; every setting is one value")]
    public void What_is_not_understood_is_refused_with_its_line(string yaml, string mistake)
    {
        Assert.Equal([mistake], Assert.Throws<SettingsException>(() => Read(yaml)).Mistakes);
    }

    [Fact]
    public void What_is_not_understood_in_the_environment_is_refused_by_name()
    {
        var refused = Assert.Throws<SettingsException>(() => Read("", ("Jangteo__Sandbx", "false"), ("Jangteo__FeePermille", "-1")));

        Assert.Equal(
            [
                "environment Jangteo__FeePermille: FeePermille is from 0 to 1000, not \"-1\"",
                "environment Jangteo__Sandbx: there is no setting Sandbx; did you mean Sandbox?",
            ],
            refused.Mistakes.Order());
    }

    [Theory]
    [InlineData("ko", "", 9)]
    [InlineData("en", "", 0)]
    [InlineData("en", "Asia/Seoul", 9)]
    [InlineData("ko", "Asia/Kathmandu", 5.75)]
    public void The_time_zone_follows_from_the_language_where_it_is_not_set(string language, string zone, double hours)
    {
        Assert.Equal(
            TimeSpan.FromHours(hours),
            Read($"Jangteo: {{ Language: {language}, TimeZone: '{zone}' }}").Zone.GetUtcOffset(DateTimeOffset.UnixEpoch.AddYears(56)));
    }

    [Fact]
    public void A_module_has_the_database_of_its_own_or_else_the_one_of_all()
    {
        var settings = Read("Jangteo: { Database: Host=all, Trading: { Database: Host=own } }");

        Assert.Equal(("Host=own", "Host=all"), (settings.DatabaseOf("trading"), settings.DatabaseOf("payments")));
    }

    [Fact, Requirement("CP-10", "secrets apart from settings")]
    public void Secrets_are_files_that_are_stronger_than_the_file_of_settings_and_weaker_than_the_environment()
    {
        using var secrets = new SecretsOfTest(
            ("Jangteo__Database", "Host=secret;Password=p w \n"), ("Jangteo__ServiceKey", "of-a-file-of-16-or-more"), ("other-program", "not ours"));

        var settings = Read(
            $"Jangteo: {{ SecretsFolder: {secrets.Folder}, Database: Host=file, FeePermille: 7 }}", ("Jangteo__ServiceKey", "of-the-environment-here"));

        Assert.Equal(
            ("Host=secret;Password=p w ", "of-the-environment-here", 7), (settings.Database, settings.ServiceKey, settings.FeePermille));
    }

    [Fact]
    public void The_environment_can_name_the_folder_of_secrets_and_empty_reads_none()
    {
        using var secrets = new SecretsOfTest(("Jangteo__Trading__Lease", "9s"));

        Assert.Equal(TimeSpan.FromSeconds(9), Read("", ("Jangteo__SecretsFolder", secrets.Folder)).Trading.Lease);
        Assert.Equal(
            new Settings().Trading.Lease, Read($"Jangteo: {{ SecretsFolder: {secrets.Folder} }}", ("Jangteo__SecretsFolder", "")).Trading.Lease);
    }

    [Fact]
    public void A_secret_that_is_misspelt_or_malformed_is_refused_with_its_file_and_without_its_value()
    {
        using var secrets = new SecretsOfTest(("Jangteo__Databse", "Host=x"), ("Jangteo__ServiceKey", "short"));

        var refused = Assert.Throws<SettingsException>(() => Read($"Jangteo: {{ SecretsFolder: {secrets.Folder} }}"));

        Assert.Equal(
            [
                $"{secrets.Folder}/Jangteo__Databse: there is no setting Databse; did you mean Database?",
                $"{secrets.Folder}/Jangteo__ServiceKey: ServiceKey is of the form (.{{16,}})?",
            ],
            refused.Mistakes.Order());
    }

    [Fact]
    public void A_folder_of_secrets_that_is_named_and_cannot_be_read_is_refused()
    {
        var refused = Assert.Throws<SettingsException>(() => Read("Jangteo: { SecretsFolder: /nowhere/at-all }"));

        Assert.StartsWith("jangteo.yaml:1: SecretsFolder: Could not find a part of the path", Assert.Single(refused.Mistakes), StringComparison.Ordinal);
    }

    private sealed class SecretsOfTest : IDisposable
    {
        public SecretsOfTest(params (string Name, string Value)[] secrets)
        {
            foreach (var (name, value) in secrets)
                File.WriteAllText(Path.Combine(Folder, name), value);
        }

        public string Folder { get; } = TestFolder.New();

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }

    private static Settings Read(string yaml, params (string Name, string Value)[] environment) =>
        SettingsReader.Read("jangteo.yaml", yaml, new Hashtable(environment.ToDictionary(one => one.Name, one => one.Value)));

    private static IEnumerable<string> Names(Type record) =>
        record.GetProperties().Where(property => property.CanWrite).SelectMany(property =>
            property.PropertyType.IsClass && property.PropertyType != typeof(string) ? Names(property.PropertyType) : [property.Name]);
}
