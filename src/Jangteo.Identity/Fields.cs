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
        var wrong = new Dictionary<string, Wrong[]>();
        Name(wrong, request.Name);
        if (request.Email.Length > LongestEmail || !EmailForm().IsMatch(request.Email))
        {
            wrong["email"] = [Wrong.Email(LongestEmail)];
        }
        else if (request.Email.EndsWith(SandboxDomain, StringComparison.OrdinalIgnoreCase))
        {
            wrong["email"] = [Wrong.EmailOfTheSandbox(SandboxDomain)];
        }

        if (!IsPassword(request.Password))
        {
            wrong["password"] = [Wrong.Characters(ShortestPassword, LongestPassword)];
        }

        Phone(wrong, request.Phone);
        Language(wrong, request.Language);
        return Refused(wrong);
    }

    /// <summary>The refusal of a change, or null.</summary>
    public static Refusal? Check(ChangeMe request)
    {
        var wrong = new Dictionary<string, Wrong[]>();
        if (request.Name is not null)
        {
            Name(wrong, request.Name);
        }

        Phone(wrong, request.Phone is "" ? null : request.Phone);
        Language(wrong, request.Language);
        return Refused(wrong);
    }

    /// <summary>Length is what makes a password good. Demanding signs and digits makes people write it down.</summary>
    public static bool IsPassword(string password) => password.Length is >= ShortestPassword and <= LongestPassword;

    /// <summary>Whether a person can be called this: something to be seen, on one line.</summary>
    public static bool IsName(string name) => !string.IsNullOrWhiteSpace(name) && name.Trim().Length <= LongestName && !name.Any(char.IsControl);

    private static void Name(Dictionary<string, Wrong[]> wrong, string name)
    {
        if (!IsName(name))
        {
            wrong["name"] = [Wrong.OneLine(LongestName)];
        }
    }

    private static void Phone(Dictionary<string, Wrong[]> wrong, string? phone)
    {
        if (phone is not null && !PhoneForm().IsMatch(phone))
        {
            wrong["phone"] = [Wrong.Phone];
        }
    }

    private static void Language(Dictionary<string, Wrong[]> wrong, string? language)
    {
        if (language is not null && !Texts.Languages.Contains(language))
        {
            wrong["language"] = [Wrong.NotOneOf(Texts.Languages)];
        }
    }

    private static Refusal? Refused(Dictionary<string, Wrong[]> wrong) => wrong.Count == 0 ? null : new Refusal(Refusals.Invalid, Fields: wrong);

    // Only what every mail server would refuse is refused here; whether an address is anybody's, a letter to it shows.
    [GeneratedRegex(@"^[^@\s\p{C}]{1,64}@[^@\s\p{C}.]+(\.[^@\s\p{C}.]+)+$")]
    private static partial Regex EmailForm();

    [GeneratedRegex(@"^\+[1-9][0-9]{6,14}\z")]
    private static partial Regex PhoneForm();
}
