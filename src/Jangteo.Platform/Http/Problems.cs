using System.Text.Json;
using System.Text.Json.Nodes;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Platform.Http;

/// <summary>How refusals are said: problem documents (RFC 9457) with the stable code and a sentence in the asker's language.</summary>
public sealed class Problems(Shelf shelf)
{
    public const string ContentType = "application/problem+json";

    /// <summary>The language to answer in; see <see cref="Languages"/>.</summary>
    public static string Language(HttpContext http) => Languages.Of(http);

    /// <summary>The problem document of a refusal.</summary>
    public string Document(Refusal refusal, string language, string? kind = null)
    {
        var document = new JsonObject
        {
            ["type"] = "about:blank",
            ["title"] = shelf.Texts.Refusal(refusal.Code, language, kind),
            ["status"] = refusal.Status,
            ["code"] = refusal.Code,
        };
        if (refusal.Detail is not null)
        {
            document["detail"] = Texts.Say(shelf.Texts.Detail(refusal.Detail.Word, language), refusal.Detail.Values);
        }

        if (refusal.Fields is not null)
        {
            document["errors"] = JsonSerializer.SerializeToNode(
                refusal.Fields.ToDictionary(field => field.Key, field => field.Value.Select(wrong => Texts.Say(shelf.Texts.Wrong(wrong.Word, language), wrong.Values))), HttpJson.Options);
        }

        foreach (var (name, fact) in refusal.Facts ?? new Dictionary<string, object?>())
        {
            document[name] = JsonSerializer.SerializeToNode(fact, HttpJson.Options);
        }

        return document.ToJsonString(HttpJson.Options);
    }

    /// <summary>The answer that says no.</summary>
    public Answer Answer(Refusal refusal, HttpContext http, string? kind = null) =>
        new(refusal.Status, Document(refusal, Language(http), kind), RetryAfter: refusal.RetryAfter);
}
