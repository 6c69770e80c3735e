using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Jangteo.Between;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Sandbox;
using Jangteo.Tests.Beds;
using Json.Schema;
using Npgsql;

namespace Jangteo.Tests.Compose;

/// <summary>
/// No Docker is needed to know that the compose files are well formed, that all they name is there, and that the program takes the settings
/// that they give it.
/// </summary>
public sealed partial class ComposeTests : IDisposable
{
    private const string Apart = "compose.yaml";
    private const string Single = "compose.single.yaml";

    private static readonly Lazy<JsonSchema> specification = new(ReadSpecification);

    private readonly string secrets = TestFolder.New();

    public ComposeTests() => MakeSecrets();

    public void Dispose() => Directory.Delete(secrets, recursive: true);

    [Theory]
    [InlineData(Apart)]
    [InlineData(Single)]
    public void A_file_is_as_the_specification_of_compose_says(string name)
    {
        Assert.Equal("", string.Join('\n', Mistakes(ComposeFile.Read(name))));
    }

    [Fact]
    public void A_word_that_compose_does_not_know_is_found()
    {
        var file = ComposeFile.Read(Single);
        file.Services["jangteo"]["restrat"] = "always";

        Assert.Contains("/services/jangteo/restrat", string.Join('\n', Mistakes(file)), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_module_is_a_service_of_its_name()
    {
        var targets = ComposeFile.Read(Apart).Services.Where(service => IsOurs(service.Value) && !IsCommand(service.Value))
            .ToDictionary(service => service.Key, service => ComposeFile.Texts(service.Value["command"]));

        Assert.Equal(Modules.All.Order(), targets.Keys.Order());
        Assert.All(targets, service => Assert.Equal(["--target", service.Key], service.Value));
        Assert.Equal(["--target", "all"], ComposeFile.Texts(ComposeFile.Read(Single).Services["jangteo"]["command"]));
    }

    [Fact]
    public void Each_has_the_servers_it_stands_on()
    {
        Assert.Equal(
            ["backup", "courier", "gateway", "otel-collector", "postgres", "rabbitmq", "redis"],
            ComposeFile.Read(Apart).Services.Keys.Except(Modules.All).Order());
        Assert.Equal(["courier", "jangteo", "postgres", "redis"], ComposeFile.Read(Single).Services.Keys.Order());
    }

    [Theory]
    [InlineData(Apart)]
    [InlineData(Single)]
    public void The_database_has_room_for_the_connections_of_every_service(string name)
    {
        const string setting = "max_connections=";
        var file = ComposeFile.Read(name);
        var most = int.Parse(
            ComposeFile.Texts(file.Services["postgres"]["command"]).Single(word => word.StartsWith(setting, StringComparison.Ordinal))[setting.Length..],
            CultureInfo.InvariantCulture);

        Assert.InRange(
            file.Services.Values.Where(service => IsOurs(service) && !IsCommand(service))
                .Sum(service => Database.MostConnections(Target.Of(SettingsOf(service).Target))),
            1, most);
    }

    [Theory]
    [InlineData(Apart)]
    [InlineData(Single)]
    public void The_program_takes_the_settings_of_each_service_and_reaches_what_they_name(string name)
    {
        var file = ComposeFile.Read(name);
        foreach (var (service, definition) in file.Services.Where(service => IsOurs(service.Value) && !IsCommand(service.Value)))
        {
            var settings = SettingsOf(definition);
            var modules = Target.Of(settings.Target);

            Shape.Refuse(settings, modules);
            SandboxNotice.RefuseOpenByMistake(settings);
            Assert.False(settings.PublicAddresses.IsLoopback, $"nothing outside of the container would reach {service}");
            Assert.Equal(8080, settings.Port);
            var elsewhere = Modules.All.Except(modules.Select(module => module.Name));
            Assert.All(elsewhere, module => Assert.Equal($"http://{module}:{settings.InternalPort}", settings.AddressOf(module)));
            string?[] hosts =
            [
                new NpgsqlConnectionStringBuilder(settings.Database).Host,
                .. new[] { settings.Broker, settings.Telemetry.Endpoint, settings.Notices.Carrier.Address }
                    .Where(address => address.Length > 0).Select(address => new Uri(address).Host),
            ];
            Assert.Empty(hosts.Where(host => !file.Services.ContainsKey(host!)).Select(host => $"{service} names {host}"));
        }
    }

    [Fact]
    public void Real_trades_are_the_default_of_services_and_the_single_process_is_a_sandbox_for_this_machine()
    {
        Assert.All(Modules.All, module => Assert.False(SettingsOf(ComposeFile.Read(Apart).Services[module]).Sandbox));
        Assert.True(SettingsOf(ComposeFile.Read(Single).Services["jangteo"]) is { Sandbox: true, SandboxOpen: true });
        foreach (var name in new[] { Apart, Single })
        {
            Assert.All(
                ComposeFile.Read(name).Services.SelectMany(service => ComposeFile.Texts(service.Value["ports"])),
                port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Backups_are_made_where_they_outlive_the_container_with_the_settings_of_the_market()
    {
        var file = ComposeFile.Read(Apart);
        var backup = file.Services["backup"];

        Assert.Equal(["backup", "/var/lib/jangteo/backups", "--keep", "14"], ComposeFile.Texts(backup["command"]));
        Assert.Contains("backups:/var/lib/jangteo", ComposeFile.Texts(backup["volumes"]));
        var (ours, theirs) = (SettingsOf(backup), SettingsOf(file.Services["trading"]));
        Assert.Equal((theirs.Database, theirs.Broker, theirs.Sandbox, theirs.Currency), (ours.Database, ours.Broker, ours.Sandbox, ours.Currency));
        Assert.Contains("jangteo:/var/lib/jangteo", ComposeFile.Texts(ComposeFile.Read(Single).Services["jangteo"]["volumes"]));
    }

    [Theory]
    [InlineData(Apart)]
    [InlineData(Single)]
    public void What_is_not_healthy_ends_and_what_ends_is_started_again(string name)
    {
        var file = ComposeFile.Read(name);
        foreach (var (service, definition) in file.Services)
        {
            Assert.Equal(IsCommand(definition) ? "no" : "unless-stopped", (string)definition["restart"]!);
            if (definition["build"] is { } build)
            {
                // An ended process 1 that nothing reaps or signals is not ended.
                Assert.True((bool)definition["init"]!, service);
                Assert.Equal("../..", (string)build["context"]!);
                Assert.Contains("HEALTHCHECK", Repository.Read((string)build["dockerfile"]!), StringComparison.Ordinal);
            }
            else if (service != "otel-collector")
            {
                Assert.True(definition["healthcheck"]?["test"] is not null, service);
            }
        }
    }

    /// <summary>A name that the courier does not know is refused by it at start.</summary>
    [Theory]
    [InlineData(Apart, "notices")]
    [InlineData(Single, "jangteo")]
    public void The_courier_is_known_to_the_service_that_sends_by_it(string name, string sender)
    {
        var file = ComposeFile.Read(name);
        var courier = file.Services["courier"]["environment"]!.AsObject();
        var made = File.ReadAllLines(Path.Combine(secrets, "courier.env")).Select(line => line.Split('=', 2))
            .ToDictionary(line => line[0], line => line[1]);
        var written = Repository.Read("services/courier/src/settings.ts");

        Assert.Equal(SettingsOf(file.Services[sender]).Notices.Carrier.Secret, made["COURIER_SECRET"]);
        Assert.Equal($"http://{sender}:8080/api/carrier/reports", (string)courier["COURIER_REPORTS_TO"]!);
        Assert.Equal("redis", new Uri((string)courier["COURIER_REDIS"]!).Host);
        Assert.All(
            courier.Select(one => one.Key).Concat(made.Keys),
            variable => Assert.Contains($"'{variable["COURIER_".Length..]}'", written, StringComparison.Ordinal));
        Assert.Superset(
            new HashSet<string> { "--appendonly", "--appendfsync", "always", "noeviction" },
            ComposeFile.Texts(file.Services["redis"]["command"]).ToHashSet());
    }

    [Theory]
    [InlineData(Apart)]
    [InlineData(Single)]
    public void Everything_that_a_file_names_is_there(string name)
    {
        var file = ComposeFile.Read(name);
        var made = Directory.GetFiles(secrets).Select(path => $"./secrets/{Path.GetFileName(path)}").ToHashSet();

        Assert.All(file.Of("secrets"), secret => Assert.Contains((string)secret.Value!["file"]!, made));
        var mounts = file.Services.SelectMany(service => ComposeFile.Texts(service.Value["volumes"]))
            .Select(mount => mount.Split(':')[0]).ToList();
        Assert.Equal(
            file.Of("volumes").Select(volume => volume.Key).Order(), mounts.Where(source => !source.StartsWith('.')).Distinct().Order());
        Assert.All(
            mounts.Where(source => source.StartsWith('.')),
            source => Assert.True(Path.Exists(Path.Combine(Repository.Root, ComposeFile.Folder, source)), source));
        foreach (var (service, definition) in file.Services)
        {
            Assert.Empty(SecretsOf(definition).Except(file.Of("secrets").Select(secret => secret.Key)));
            Assert.Empty(ComposeFile.Texts(definition["env_file"]).Except(made));
            Assert.All(
                definition["depends_on"]?.AsObject().Select(other => other.Key) ?? [],
                other => Assert.True(file.Services[other]["healthcheck"] is not null, $"{service} waits until {other} is healthy"));
        }

        Assert.Empty(file.Of("secrets").Select(secret => secret.Key).Except(file.Services.SelectMany(service => SecretsOf(service.Value))));
    }

    [Fact]
    public void Every_choice_stands_in_the_example_of_env()
    {
        var offered = Repository.Read($"{ComposeFile.Folder}/.env.example").Split('\n').Select(line => line.TrimStart('#').Split('='))
            .Where(words => words.Length == 2 && words[0].StartsWith("JANGTEO_", StringComparison.Ordinal)).Select(words => words[0]);

        Assert.Equal(ComposeFile.Read(Apart).Variables.Union(ComposeFile.Read(Single).Variables).Order(), offered.Order());
    }

    [Fact, Requirement("CP-10", "secrets apart from settings")]
    public void Secrets_are_made_once_and_stand_in_no_file_of_the_repository()
    {
        var before = Directory.GetFiles(secrets).ToDictionary(path => path, File.ReadAllText);

        MakeSecrets();

        Assert.Equal(before, Directory.GetFiles(secrets).ToDictionary(path => path, File.ReadAllText));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(secrets));
        Assert.DoesNotContain(Repository.Files, path => path.StartsWith($"{ComposeFile.Folder}/secrets", StringComparison.Ordinal));
        Assert.Contains($"/{ComposeFile.Folder}/secrets/", Repository.Read(".gitignore").Split('\n'));
    }

    private void MakeSecrets()
    {
        using var making = Process.Start(Path.Combine(Repository.Root, ComposeFile.Folder, "make-secrets"), [secrets]);
        making.WaitForExit();
        Assert.Equal(0, making.ExitCode);
    }

    /// <summary>As the program of a service reads them: the image's, the file that is mounted, the secrets, and the environment.</summary>
    private Settings SettingsOf(JsonObject service)
    {
        var isMounted = ComposeFile.Texts(service["volumes"]).Contains("./jangteo.yaml:/app/jangteo.yaml:ro");
        var file = Repository.Read(isMounted ? $"{ComposeFile.Folder}/jangteo.yaml" : "jangteo.yaml");
        var environment = new Hashtable { ["Jangteo__SecretsFolder"] = OnlyThoseOf(service) };
        foreach (Match setting in InImage().Matches(Repository.Read("deploy/image/Containerfile")))
            environment[setting.Groups["name"].Value] = setting.Groups["value"].Value;
        foreach (var (name, value) in service["environment"]!.AsObject())
            environment[name] = value?.ToString() ?? "";
        var settings = SettingsReader.Read("jangteo.yaml", file, environment);
        return ComposeFile.Texts(service["command"]).ToList() is ["--target", var target] ? settings with { Target = target } : settings;
    }

    private string OnlyThoseOf(JsonObject service)
    {
        var mounted = Directory.CreateDirectory(Path.Combine(secrets, "mounted"));
        foreach (var file in mounted.GetFiles())
            file.Delete();
        foreach (var name in SecretsOf(service))
            File.Copy(Path.Combine(secrets, name), Path.Combine(mounted.FullName, name));
        return mounted.FullName;
    }

    /// <summary>One that does something and ends; <c>up</c> does not start it.</summary>
    private static bool IsCommand(JsonObject service) => service["profiles"] is not null;

    /// <summary>A service that is the image of the program.</summary>
    private static bool IsOurs(JsonObject service) =>
        (string?)service["build"]?["dockerfile"] == "deploy/image/Containerfile";

    private static IEnumerable<string> SecretsOf(JsonObject service) =>
        service["secrets"]?.AsArray().Select(secret => (string)(secret is JsonObject written ? written["source"] : secret)!) ?? [];

    private static IEnumerable<string> Mistakes(ComposeFile file) => Mistakes(specification.Value.Evaluate(
        JsonSerializer.SerializeToElement(file.Root), new EvaluationOptions { OutputFormat = OutputFormat.List }));

    private static IEnumerable<string> Mistakes(EvaluationResults found) =>
        found.IsValid
            ? []
            : (found.Errors ?? []).Select(error => $"{found.InstanceLocation}: {error.Key}: {error.Value}")
                .Concat((found.Details ?? []).SelectMany(Mistakes));

    /// <summary>It names its dialect by https, and the library knows that by http.</summary>
    private static JsonSchema ReadSpecification() => JsonSchema.FromText(
        Repository.Read("tests/Jangteo.Tests/Compose/compose-spec.json")
            .Replace("\"https://json-schema.org/draft-07/schema\"", "\"http://json-schema.org/draft-07/schema#\""));

    [GeneratedRegex(@"(?<name>Jangteo__\w+)=(?<value>\S+)")]
    private static partial Regex InImage();
}
