using System.Text;
using System.Text.Json.Nodes;
using Jangteo.Contracts;
using Jangteo.Http;
using Jangteo.Platform;
using Jangteo.Tests;

namespace Jangteo.SystemTests.OpenApi;

/// <summary>The API document as a reader who has nothing else: whole, and exact.</summary>
public sealed class ApiDocumentTests(SharedProgram shared)
{
    [Fact]
    [Requirement("CP-5")]
    public async Task It_is_the_same_document_when_the_modules_are_in_processes_of_their_own()
    {
        var http = (await shared.Running).Anonymous;

        Assert.Equal(await http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken), Encoding.UTF8.GetString(await ApiDocument.WriteOfAll(new Settings())));
    }

    [Fact]
    public async Task Every_route_says_what_it_answers()
    {
        var document = await (await shared.Running).ApiDocument();

        var silent = document.Routes.Where(route => !route.Operation["responses"]!.AsObject().Any(answer =>
            answer.Key is "204" or "304" or "307" || (answer.Key.StartsWith('2') && answer.Value!["content"]?.AsObject().All(content => content.Value!["schema"] is not null) == true)));

        Assert.Empty(silent.Select(route => route.ToString()));
    }

    [Fact]
    public async Task Every_route_stands_under_a_tag_and_says_its_refusals()
    {
        var document = await (await shared.Running).ApiDocument();

        Assert.Empty(document.Routes.Where(route => route.Operation["tags"] is not JsonArray { Count: 1 } || route.Answer(409)?["content"]?["application/problem+json"] is null).Select(route => route.ToString()));
    }

    [Fact]
    public async Task Every_route_says_in_a_sentence_what_it_is_for()
    {
        var document = await (await shared.Running).ApiDocument();

        Assert.Empty(document.Routes.Where(route => (string?)route.Operation["summary"] is not { Length: > 0 }).Select(route => route.ToString()));
    }

    [Fact]
    public async Task Nothing_in_it_is_just_anything()
    {
        var document = await (await shared.Running).ApiDocument();

        Assert.Empty(Vague(document.Document["paths"]!, "paths").Concat(Vague(document.Document["components"]!["schemas"]!, "schemas")));
    }

    [Fact]
    public async Task A_number_in_a_query_is_a_number_here_too()
    {
        var document = await (await shared.Running).ApiDocument();

        var numbers = document.Routes.SelectMany(route => route.Operation["parameters"]?.AsArray() ?? [])
            .Where(one => (string)one!["in"]! == "query" && (string)one["name"]! is "limit" or "minPrice" or "maxPrice" or "within")
            .Select(one => $"{one!["name"]}: {one["schema"]!.ToJsonString()}").Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(
            [
                """limit: {"maximum":100,"minimum":1,"type":"integer","format":"int64"}""",
                """maxPrice: {"type":"integer","format":"int64"}""",
                """minPrice: {"type":"integer","format":"int64"}""",
                """within: {"type":"number","format":"double"}""",
            ],
            numbers);
    }

    [Fact]
    public async Task It_has_the_closed_list_of_refusals()
    {
        var document = await (await shared.Running).ApiDocument();

        var codes = document.Document["components"]!["schemas"]!["Problem"]!["properties"]!["code"]!["enum"]!.AsArray().Select(code => (string)code!);

        Assert.Equal(Refusals.Status.Keys.Order(StringComparer.Ordinal), codes);
    }

    /// <summary>Schemas that say neither a type nor what they refer to.</summary>
    private static IEnumerable<string> Vague(JsonNode node, string path) => node switch
    {
        JsonObject { Count: 0 } when path.EndsWith("schema", StringComparison.Ordinal) || path.Contains(".properties.", StringComparison.Ordinal) || path.EndsWith("items", StringComparison.Ordinal) => [path],
        JsonObject members => members.Where(member => member.Value is not null).SelectMany(member => Vague(member.Value!, $"{path}.{member.Key}")),
        JsonArray items => items.Where(item => item is not null).SelectMany((item, at) => Vague(item!, $"{path}[{at}]")),
        _ => [],
    };
}
