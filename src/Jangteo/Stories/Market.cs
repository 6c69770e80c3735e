using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Jangteo.Stories;

/// <summary>A running market as its visitors reach it: over HTTP, signed in as whoever speaks (the sandbox signs in anybody by name).</summary>
/// <param name="http">With the base address of the market.</param>
public sealed class Market(HttpClient http)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> tokens = new();

    public Task<Heard> Get(string person, string path, CancellationToken ct) => Send(person, HttpMethod.Get, path, null, null, null, ct);

    public Task<Heard> Post(string person, string path, JsonObject body, CancellationToken ct, string? key = null) => Send(person, HttpMethod.Post, path, body, key, null, ct);

    /// <summary>Sends one request and answers whatever came back; only a market that cannot be reached is an exception.</summary>
    /// <param name="key">The Idempotency-Key.</param>
    /// <param name="ifMatch">The revision that the command is meant for.</param>
    /// <exception cref="HttpRequestException">The market cannot be reached.</exception>
    public async Task<Heard> Send(string person, HttpMethod method, string path, JsonObject? body, string? key, string? ifMatch, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await Token(person, ct));
        // The stories are told in English, whatever the language of the market.
        request.Headers.AcceptLanguage.ParseAdd("en");
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await Hear(request, ct);
    }

    /// <summary>The token of a person, who is signed in at the first call.</summary>
    public async Task<string> Token(string person, CancellationToken ct)
    {
        var token = tokens.GetOrAdd(person, name => new Lazy<Task<string>>(() => SignIn(name, ct)));
        try
        {
            return await token.Value;
        }
        catch (Exception) when (tokens.TryRemove(new(person, token)))
        {
            // A sign-in that failed is not kept for the next who ask for the same person.
            throw;
        }
    }

    private async Task<string> SignIn(string person, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/session");
        request.Content = new StringContent(new JsonObject { ["person"] = person }.ToJsonString(), Encoding.UTF8, "application/json");
        var heard = await Hear(request, ct);
        return heard.Body?["token"]?.GetValue<string>()
            ?? throw new HttpRequestException($"{person} cannot sign in: {heard}. The stories need a market in its sandbox.");
    }

    private async Task<Heard> Hear(HttpRequestMessage request, CancellationToken ct)
    {
        using var answer = await http.SendAsync(request, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        var isJson = answer.Content.Headers.ContentType?.MediaType is { } type && type.EndsWith("json", StringComparison.Ordinal);
        return new Heard((int)answer.StatusCode, isJson && text.Length > 0 ? JsonNode.Parse(text) : null, text, answer.Headers.ETag?.Tag, answer.Headers.RetryAfter?.Delta);
    }
}

/// <summary>What came back.</summary>
/// <param name="Body">Null when it was not JSON.</param>
/// <param name="RetryAfter">When the market said so.</param>
public sealed record Heard(int Status, JsonNode? Body, string Text, string? ETag, TimeSpan? RetryAfter)
{
    public bool IsYes => Status is >= 200 and < 300;

    /// <summary>The code of a refusal; null when it was none.</summary>
    public string? Refusal => Status >= 400 ? Body?["code"]?.GetValue<string>() : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Status} {Refusal ?? (Text.Length > 200 ? Text[..200] : Text)}");
}
