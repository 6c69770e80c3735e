using System.Text.RegularExpressions;
using Jangteo.Commands;
using Jangteo.Contracts;
using Jangteo.Gateway;
using Jangteo.Kinds;

namespace Jangteo.Tests.Gateway;

public sealed class Configuring_the_gateway
{
    private const string Id = "0190D0A0-0000-7000-8000-00000000dead";

    [Fact]
    [Requirement("CP-5")]
    public async Task The_files_of_the_gateway_are_current()
    {
        var folder = Path.Combine(Repository.Root, "deploy", "gateway");
        var files = await GatewayFiles.Make(ConfigureGateway.Deployed);
        if (Environment.GetEnvironmentVariable("JANGTEO_WRITE") == "1")
        {
            files.Write(folder);
        }

        Assert.All(files.All, file => Assert.Equal(file.Text, File.ReadAllText(Path.Combine(folder, file.Name))));
    }

    [Theory]
    [InlineData("GET", "/api/listings", Modules.Views)]
    [InlineData("POST", "/api/listings", Modules.Catalog)]
    [InlineData("GET", $"/api/listings/{Id}", Modules.Views)]
    [InlineData("PATCH", $"/api/listings/{Id}", Modules.Catalog)]
    [InlineData("GET", "/api/listings/facets", Modules.Views)]
    [InlineData("GET", $"/api/trades/{Id}", Modules.Trading)]
    [InlineData("GET", $"/api/trades/{Id}/timeline", Modules.Views)]
    [InlineData("POST", $"/api/trades/{Id}/timeline", Modules.Trading)]
    [InlineData("GET", "/API/My/Trades/", Modules.Views)]
    [InlineData("POST", "/api/operator/payments/parked/17/retry", Modules.Payments)]
    [InlineData("GET", "/", RouteList.AnswersForAll)]
    [InlineData("GET", "/health/ready", RouteList.AnswersForAll)]
    [InlineData("GET", "/openapi/v1.json", RouteList.AnswersForAll)]
    [InlineData("POST", "/api/listings/facets", null)]
    [InlineData("GET", "/api/trades/17", null)]
    [InlineData("POST", "/api/operator/payments/parked/it/retry", null)]
    [InlineData("GET", "/openapi/v1xjson", null)]
    [InlineData("GET", "/internal/payments/questions", null)]
    public async Task A_request_goes_to_the_module_that_has_its_route(string method, string path, string? module)
    {
        var files = await GatewayFiles.Make(ConfigureGateway.Deployed);

        Assert.Equal(module, Answers(files, method, path));
    }

    [Fact]
    public async Task The_doors_of_the_sandbox_are_there_only_where_it_is_switched_on()
    {
        var closed = await GatewayFiles.Make(ConfigureGateway.Deployed);
        var open = await GatewayFiles.Make(ConfigureGateway.Deployed with { Sandbox = true });

        Assert.DoesNotContain("sandbox", closed.Routes, StringComparison.Ordinal);
        Assert.Equal(RouteList.AnswersForAll, Answers(open, "POST", "/api/sandbox/clock"));
        Assert.Equal(Modules.Payments, Answers(open, "POST", "/api/sandbox/deposits"));
        Assert.Equal(Modules.Notices, Answers(open, "GET", "/api/sandbox/phone"));
    }

    [Fact]
    public async Task Every_module_has_its_processes_and_nobody_elses()
    {
        var plan = new GatewayPlan
        {
            Modules = new Dictionary<string, IReadOnlyList<Replica>> { [Modules.Trading] = [new("127.0.0.1", 7001, 7002), new("127.0.0.1", 7003, 7004)], [Modules.Views] = [new("127.0.0.1", 7005, 7006)] },
        };

        var servers = Regex.Matches((await GatewayFiles.Make(plan)).Configuration, @"^backend (?<name>\S+)$(\n(?<line>    .*))*", RegexOptions.Multiline)
            .ToDictionary(backend => backend.Groups["name"].Value, backend => string.Join('\n', backend.Groups["line"].Captures.Where(line => line.Value.StartsWith("    server", StringComparison.Ordinal)).Select(line => line.Value.Trim())));

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["trading"] = "server trading-1 127.0.0.1:7001\nserver trading-2 127.0.0.1:7003",
                ["trading-internal"] = "server trading-1 127.0.0.1:7002 port 7001\nserver trading-2 127.0.0.1:7004 port 7003",
                ["views"] = "server views-1 127.0.0.1:7005",
                ["views-internal"] = "server views-1 127.0.0.1:7006 port 7005",
            },
            servers);
    }

    [Theory]
    [InlineData("ko")]
    [InlineData("en")]
    public async Task A_client_that_names_no_language_is_answered_in_that_of_the_market(string language)
    {
        var configuration = (await GatewayFiles.Make(ConfigureGateway.Deployed with { Language = language })).Configuration;

        Assert.All(
            Regex.Matches(configuration, @"txn\.language\) str\((?<language>\w+)\)"),
            match => Assert.Equal(language, match.Groups["language"].Value));
        Assert.Contains($"language(en;ko,{language})", configuration, StringComparison.Ordinal);
        Assert.Contains($"\"title\":\"{new Texts().Refusal(Refusals.Malformed, language)}\"", configuration, StringComparison.Ordinal);
    }

    /// <summary>As the gateway looks it up: the first line whose pattern fits the method and the path in small letters.</summary>
    private static string? Answers(GatewayFiles files, string method, string path) =>
        files.Routes.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).FirstOrDefault(line => Regex.IsMatch(method + path.ToLowerInvariant(), line[0]))?[1];
}
