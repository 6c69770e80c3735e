using System.Text;

namespace Jangteo.Identity;

/// <summary>
/// Which passwords are refused because they are among the first that anybody would try. There are no rules of composition: what is long and
/// not common is good, whatever it is made of (NIST SP 800-63B, section 3.1.1.2).
/// </summary>
internal static class PasswordRules
{
    /// <summary>So few digits and signs around a common word hardly make it harder to guess.</summary>
    private const int MostDecoration = 6;

    /// <summary>A unit of so few characters that is repeated is no longer than the unit.</summary>
    private const int LongestUnit = 6;

    /// <summary>Beside the person's own words there must be more than so many letters and digits.</summary>
    private const int MostBesideOwnWords = 4;

    private const string Resource = "Jangteo.Identity.common-passwords.txt";

    /// <summary>What lies side by side in the alphabet and on keyboards, read forward or backward, from any place on.</summary>
    private static readonly string[] Runs =
    [
        "abcdefghijklmnopqrstuvwxyz", "0123456789", "1234567890", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
        "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p", "가나다라마바사아자차카타파하", "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ", "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ",
    ];

    private static readonly Lazy<HashSet<string>> Common = new(ReadCommon);

    /// <summary>Whether a password is easy to guess for anybody, or for anybody who knows the person.</summary>
    public static bool IsEasyToGuess(string password, string name, string email)
    {
        var lower = password.ToLowerInvariant();
        return IsCommon(lower) || IsRepeated(lower) || IsRun(lower) || IsOwnWords(lower, name, email);
    }

    /// <summary>A common password, also with other letters for some of its own, or with a few digits and signs around it.</summary>
    private static bool IsCommon(string lower)
    {
        if (Common.Value.Contains(lower) || Common.Value.Contains(Plain(lower)))
        {
            return true;
        }

        // "p@ssw0rd1234" is read as "p@ssw0rd" with "1234" after it.
        var end = lower.Length;
        while (end > 0 && !char.IsLetter(lower[end - 1]))
        {
            end--;
        }

        var begin = 0;
        while (begin < end && !char.IsLetter(lower[begin]))
        {
            begin++;
        }

        var decoration = lower[..begin] + lower[end..];
        var core = lower[begin..end];
        return core.Length > 0 && decoration.Length > 0
            && (decoration.Length <= MostDecoration || IsRun(decoration) || IsRepeated(decoration))
            && (Common.Value.Contains(core) || Common.Value.Contains(Plain(core)));
    }

    private static bool IsRepeated(string lower)
    {
        for (var unit = 1; unit <= lower.Length / 2; unit++)
        {
            var length = unit;
            if (Enumerable.Range(unit, lower.Length - unit).All(place => lower[place] == lower[place % length]))
            {
                return unit <= LongestUnit || IsCommon(lower[..unit]);
            }
        }

        return false;
    }

    private static bool IsRun(string lower) =>
        lower.Length > 2 && Runs.Any(run =>
        {
            var around = string.Concat(Enumerable.Repeat(run, (lower.Length / run.Length) + 2));
            return around.Contains(lower, StringComparison.Ordinal)
                || around.Contains(new string([.. lower.Reverse()]), StringComparison.Ordinal);
        });

    /// <summary>The person's name, their e-mail and the name of this market, in whatever order, and hardly anything beside.</summary>
    private static bool IsOwnWords(string lower, string name, string email)
    {
        var words = new[] { "jangteo", "장터" }
            .Concat((name + " " + email).ToLowerInvariant().Split([' ', '@', '.', '-', '_', '+'], StringSplitOptions.RemoveEmptyEntries))
            .Where(word => word.Length > 2 || word.Any(letter => letter > 127))
            .OrderByDescending(word => word.Length);
        var rest = lower;
        foreach (var word in words)
        {
            rest = rest.Replace(word, "", StringComparison.Ordinal);
        }

        return rest.Length < lower.Length && rest.Count(char.IsLetterOrDigit) <= MostBesideOwnWords;
    }

    /// <summary>With the letters that digits and signs are written for.</summary>
    private static string Plain(string lower)
    {
        var plain = new StringBuilder(lower.Length);
        foreach (var letter in lower)
        {
            plain.Append(letter switch
            {
                '@' or '4' => 'a',
                '0' => 'o',
                '1' or '!' => 'i',
                '3' => 'e',
                '$' or '5' => 's',
                '7' => 't',
                _ => letter,
            });
        }

        return plain.ToString();
    }

    private static HashSet<string> ReadCommon()
    {
        using var reader = new StreamReader(typeof(PasswordRules).Assembly.GetManifestResourceStream(Resource)!);
        var common = new HashSet<string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                common.Add(line);
            }
        }

        return common;
    }
}
