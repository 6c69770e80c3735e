using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Xunit.Sdk;

namespace Jangteo.SystemTests.OpenApi;

/// <summary>Lets requests and answers pass, and fails the test when one is not what the API document says.</summary>
/// <param name="program">Programs of the same settings have the same document, which is asked for once.</param>
internal sealed class Conforming(string program, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly ConcurrentDictionary<string, Task<ApiDescription>> Documents = new();

    /// <summary>The document of the program that a client speaks to.</summary>
    public Task<ApiDescription> Document(Uri address) => Documents.GetOrAdd(program, async _ =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/openapi/v1.json"));
        using var answer = await base.SendAsync(request, CancellationToken.None);
        return new ApiDescription(JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!);
    });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var sent = IsJson(request.Content) ? await request.Content!.ReadAsStringAsync(cancellationToken) : null;
        var answer = await base.SendAsync(request, cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        if (path.StartsWith("/api/", StringComparison.Ordinal))
        {
            var heard = IsJson(answer.Content) ? await Buffered(answer, cancellationToken) : null;
            var differences = Differences(await Document(request.RequestUri), request.Method.Method, path, sent, answer, heard);
            if (differences.Count > 0)
                throw new XunitException($"{request.Method} {path} answered {(int)answer.StatusCode}, and differs from the API document:\n{string.Join('\n', differences)}\nsent: {sent}\nanswered: {heard}");
        }

        return answer;
    }

    private static IReadOnlyList<string> Differences(ApiDescription document, string method, string path, string? sent, HttpResponseMessage answer, string? heard)
    {
        var status = (int)answer.StatusCode;
        // A route answers with a slash at its end too.
        if (document.Find(method, path.TrimEnd('/')) is not { } route)
            return status == 404 ? [] : ["it is not in the document"];
        if (answer.IsSuccessStatusCode && sent is not null && route.Request is { } request && document.Differences(request, JsonNode.Parse(sent)) is { Count: > 0 } unsaid)
            return [.. unsaid.Select(line => $"request {line}, and was taken")];
        if (route.Answer(status) is not { } said)
            return [$"it says nothing of {status}, but {string.Join(", ", route.Operation["responses"]!.AsObject().Select(one => one.Key))}"];

        var type = answer.Content.Headers.ContentType?.MediaType;
        var content = said["content"]?.AsObject();
        if (type is null || content is null or { Count: 0 })
            return type is null == content is null or { Count: 0 } ? [] : [$"it says {content?.ToJsonString() ?? "nothing"} of {status}, and {type ?? "nothing"} came"];
        if (content.FirstOrDefault(one => one.Key == type || (one.Key.EndsWith("/*", StringComparison.Ordinal) && type.StartsWith(one.Key[..^1], StringComparison.Ordinal))).Value is not { } expected)
            return [$"it says {string.Join(", ", content.Select(one => one.Key))} of {status}, and {type} came"];
        return heard is null || expected["schema"] is not { } schema ? [] : [.. document.Differences(schema, JsonNode.Parse(heard)).Select(line => $"answer {line}")];
    }

    private static async Task<string> Buffered(HttpResponseMessage answer, CancellationToken ct)
    {
        await answer.Content.LoadIntoBufferAsync(ct);
        return await answer.Content.ReadAsStringAsync(ct);
    }

    private static bool IsJson(HttpContent? content) => content?.Headers.ContentType?.MediaType is { } type && type.EndsWith("json", StringComparison.Ordinal);
}
