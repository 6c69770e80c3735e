using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Jangteo.Platform.Http;

/// <summary>
/// If-Match (RFC 9110, section 13.1.1) of what has a revision: <c>"3"</c>, a list such as <c>"2", "3"</c>, <c>*</c>, or the bare number.
/// Tags are compared strongly, so a weak one never matches; what is no tag at all names no revision, and does not match either.
/// </summary>
public static class IfMatch
{
    /// <summary>Whether the request is about this revision, or says nothing about revisions.</summary>
    public static bool Holds(HttpRequest request, int revision)
    {
        var given = request.Headers.IfMatch;
        var text = given.ToString().Trim();
        if (text.Length == 0)
        {
            return true;
        }

        if (text.All(letter => char.IsAsciiDigit(letter) || letter is ',' or ' '))
        {
            return text.Split(',', StringSplitOptions.TrimEntries)
                .Any(number => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var one) && one == revision);
        }

        var tag = new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{revision}\""));
        return EntityTagHeaderValue.TryParseStrictList([.. given.OfType<string>()], out var tags)
            && tags.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(tag, useStrongComparison: true));
    }
}
