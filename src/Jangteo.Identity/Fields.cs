using System.Text.RegularExpressions;
using Jangteo.Contracts;
using Jangteo.Kinds;

namespace Jangteo.Identity;

/// <summary>What may stand in the fields of a person. All that is wrong is said at once.</summary>
internal static partial class Fields
{
    public const int LongestName = 80;
    public const int LongestEmail = 254;
    public const int ShortestPassword = 8;
    public const int LongestPassword = 128;

    /// <summary>Addresses of people of the sandbox; nobody can sign up with one.</summary>
    public const string SandboxDomain = "@sandbox.example";

    /// <summary>The refusal of a sign-up, or null.</summary>
    public static Refusal? Check(SignUp request)
    {
        var wrong = new Dictionary<string, string[]>();
        Name(wrong, request.Name);
        if (request.Email.Length > LongestEmail || !EmailForm().IsMatch(request.Email))
        {
            wrong["email"] = [$"an e-mail address of at most {LongestEmail} characters, such as kim@example.com"];
        }
        else if (request.Email.EndsWith(SandboxDomain, StringComparison.OrdinalIgnoreCase))
        {
            wrong["email"] = [$"{SandboxDomain} is for people of the sandbox"];
        }

        if (request.Password.Length is < ShortestPassword or > LongestPassword)
        {
            wrong["password"] = [$"{ShortestPassword} to {LongestPassword} characters"];
        }

        Phone(wrong, request.Phone);
        Language(wrong, request.Language);
        return Refused(wrong);
    }

    /// <summary>The refusal of a change, or null.</summary>
    public static Refusal? Check(ChangeMe request)
    {
        var wrong = new Dictionary<string, string[]>();
        if (request.Name is not null)
        {
            Name(wrong, request.Name);
        }

        Phone(wrong, request.Phone is "" ? null : request.Phone);
        Language(wrong, request.Language);
        return Refused(wrong);
    }

    /// <summary>Whether a person can be called this: something to be seen, on one line.</summary>
    public static bool IsName(string name) => !string.IsNullOrWhiteSpace(name) && name.Trim().Length <= LongestName && !name.Any(char.IsControl);

    private static void Name(Dictionary<string, string[]> wrong, string name)
    {
        if (!IsName(name))
        {
            wrong["name"] = [$"1 to {LongestName} characters on one line"];
        }
    }

    private static void Phone(Dictionary<string, string[]> wrong, string? phone)
    {
        if (phone is not null && !PhoneForm().IsMatch(phone))
        {
            wrong["phone"] = ["a number with its country, such as +821012345678 (E.164)"];
        }
    }

    private static void Language(Dictionary<string, string[]> wrong, string? language)
    {
        if (language is not null && !Texts.Languages.Contains(language))
        {
            wrong["language"] = [$"one of {string.Join(", ", Texts.Languages)}"];
        }
    }

    private static Refusal? Refused(Dictionary<string, string[]> wrong) => wrong.Count == 0 ? null : new Refusal(Refusals.Invalid, Fields: wrong);

    // Only what every mail server would refuse is refused here; whether an address is anybody's, a letter to it shows.
    [GeneratedRegex(@"^[^@\s\p{C}]{1,64}@[^@\s\p{C}.]+(\.[^@\s\p{C}.]+)+$")]
    private static partial Regex EmailForm();

    [GeneratedRegex(@"^\+[1-9][0-9]{6,14}\z")]
    private static partial Regex PhoneForm();
}
