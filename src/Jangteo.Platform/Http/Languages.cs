using Jangteo.Kinds;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Jangteo.Platform.Http;

/// <summary>
/// Which language a reader is answered in: the one they ask for, else the one they have chosen for themselves, else the installation's.
/// </summary>
public static class Languages
{
    public static string Of(HttpContext http)
    {
        // A request that no server has taken has no services.
        var usual = Caller.Of(http)?.Language ?? http.RequestServices?.GetRequiredService<Settings>().Language ?? Texts.Languages[0];
        return Wanted(http.Request.Headers.AcceptLanguage.ToString(), usual);
    }

    /// <summary>The language of an Accept-Language header by weight (RFC 9110, section 12.5.4).</summary>
    /// <param name="usual">For a reader who does not say, or asks for none that we have.</param>
    internal static string Wanted(string header, string usual)
    {
        // What cannot be read is left out: no browser should get an error for its languages.
        var asked = header.Split(',')
            .Select(
                part => StringWithQualityHeaderValue.TryParse(part.Trim(), out var one)
                    ? (Word: one.Value.ToString().Split('-')[0].ToLowerInvariant(), Weight: one.Quality ?? 1)
                    : (Word: "", Weight: 0))
            .Where(one => one.Word.Length > 0)
            .ToList();
        var unwanted = asked.Where(one => one.Weight <= 0).Select(one => one.Word).ToHashSet();
        var rest = Texts.Languages.OrderBy(language => language != usual).Where(language => !unwanted.Contains(language)).ToList();
        foreach (var (word, _) in asked.Where(one => one.Weight > 0).OrderByDescending(one => one.Weight))
        {
            if (Texts.Languages.Contains(word))
            {
                return word;
            }

            if (word == "*" && rest.FirstOrDefault(language => asked.All(one => one.Word != language)) is { } other)
            {
                return other;
            }
        }

        return rest.FirstOrDefault() ?? usual;
    }
}
