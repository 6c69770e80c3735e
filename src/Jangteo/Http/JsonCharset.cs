using Jangteo.Contracts;
using Jangteo.Platform.Http;
using Microsoft.Net.Http.Headers;

namespace Jangteo.Http;

/// <summary>
/// JSON is UTF-8 (RFC 8259, section 8.1). A charset that says so in any legal form is accepted; another one is refused before the body is
/// read.
/// </summary>
internal static class JsonCharset
{
    public static void Check(HttpRequest request)
    {
        if (request.ContentType is not { Length: > 0 } given || !MediaTypeHeaderValue.TryParse(given, out var type) || !IsJson(type) || !type.Charset.HasValue)
        {
            return;
        }

        var charset = HeaderUtilities.RemoveQuotes(type.Charset).ToString().Trim();
        if (!charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && !charset.Equals("utf8", StringComparison.OrdinalIgnoreCase))
        {
            throw new RefusedException(
                new Refusal(Refusals.Malformed, Fields: new Dictionary<string, Wrong[]> { ["$"] = [Wrong.OtherThanUtf8] }));
        }

        // The framework looks the name up as it stands, quotes and all, and fails when it does not find it.
        type.Charset = "utf-8";
        request.ContentType = type.ToString();
    }

    private static bool IsJson(MediaTypeHeaderValue type) =>
        type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase);
}
