using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Jangteo.SystemTests;

/// <summary>What cannot be read is said by its place.</summary>
public sealed class MalformedTests(SharedProgram shared)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/session", """{"person":5}""", "$.person", "Must be a string.")]
    [InlineData("/api/session", """{"persn":"minji"}""", "$.persn", "There is no member persn here.")]
    [InlineData("/api/session", """{"person":"minji","person":"sora"}""", "$.person", "Appears twice.")]
    [InlineData("/api/session", """{"person":"minji""", "$.person", "Must be valid JSON.")]
    [InlineData("/api/session", "", "$", "A JSON body is required.")]
    [InlineData("/api/session", "[]", "$", "Must have the type that the API document states.")]
    [InlineData("/api/session", """{"person":"a\u0000"}""", "$.person", "Must not contain the character U+0000.")]
    [InlineData("/api/people", """{"name":"Kim"}""", "$.password", "Required.")]
    [InlineData("/api/people", """{"name":null,"email":"a@b.cd","password":"12345678"}""", "$.name", "Must not be null.")]
    public async Task A_body_is_refused_by_the_path_of_what_is_wrong(string path, string body, string where, string wrong)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Accept-Language", "en");
        using var answer = await (await shared.Running).Anonymous.SendAsync(request, ct);

        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!;
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("malformed", (string)problem["code"]!);
        Assert.Equal(wrong, (string?)problem["errors"]?[where]?[0]);
    }

    [Theory]
    [InlineData("{\"forward\":\"3d\"}", "text/plain", 400, "malformed")]
    [InlineData("a=b", "application/x-www-form-urlencoded", 400, "malformed")]
    public async Task Only_json_is_read(string body, string type, int status, string code)
    {
        var minji = await (await shared.Running).As("minji");

        using var answer = await minji.PostAsync("/api/sandbox/clock", new StringContent(body, Encoding.UTF8, type), ct);

        Assert.Equal((status, code), ((int)answer.StatusCode, (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!["code"]!));
    }

    [Theory]
    [InlineData("en", "Sign in to continue.")]
    [InlineData("ko", "먼저 로그인해 주세요.")]
    public async Task A_refusal_has_a_sentence_in_the_askers_language(string language, string sentence)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/people/me");
        request.Headers.Add("Accept-Language", language);

        using var answer = await (await shared.Running).Anonymous.SendAsync(request, ct);

        Assert.Equal(sentence, (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!["title"]!);
        Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
    }

    [Theory]
    [InlineData("en", 422, "limit", "Must be a whole number from 1 to 100.")]
    [InlineData("ko", 422, "limit", "1에서 100까지의 정수여야 해요.")]
    [InlineData("en", 400, "$.password", "Required.")]
    [InlineData("ko", 400, "$.password", "꼭 필요해요.")]
    public async Task What_is_wrong_with_a_field_is_said_in_the_askers_language(string language, int status, string field, string sentence)
    {
        using var request = status == 422
            ? new HttpRequestMessage(HttpMethod.Get, "/api/listings?limit=0")
            : new HttpRequestMessage(HttpMethod.Post, "/api/people") { Content = new StringContent("""{"name":"Kim","email":"kim@example.com"}""", Encoding.UTF8, "application/json") };
        request.Headers.Add("Accept-Language", language);

        using var answer = await (await shared.Running).Anonymous.SendAsync(request, ct);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal([sentence], JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!["errors"]![field]!.AsArray().Select(said => (string)said!));
    }

    [Fact]
    public async Task What_is_nowhere_and_what_is_elsewhere_are_not_found()
    {
        var program = await shared.Running;

        using var nowhere = await program.Anonymous.GetAsync("/api/nowhere", ct);
        using var elsewhere = await program.Anonymous.DeleteAsync("/api/kinds", ct);

        Assert.Equal("not-found", (string)JsonNode.Parse(await nowhere.Content.ReadAsStringAsync(ct))!["code"]!);
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    [Fact]
    public async Task One_more_than_can_be_served_is_told_at_once_that_we_are_busy()
    {
        await using var program = await JangteoProgram.Start(("Limits:LiveStreams", "1"));
        var minji = await program.As("minji");
        using var first = await minji.GetAsync("/api/live", HttpCompletionOption.ResponseHeadersRead, ct);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);

        using var second = await minji.GetAsync("/api/live", HttpCompletionOption.ResponseHeadersRead, ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.Equal("busy", (string)JsonNode.Parse(await second.Content.ReadAsStringAsync(ct))!["code"]!);
        Assert.True(second.Headers.RetryAfter!.Delta > TimeSpan.Zero);
    }
}
