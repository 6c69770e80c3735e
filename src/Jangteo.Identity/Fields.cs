using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Input;

namespace Jangteo.Identity;

/// <summary>What may stand in the fields of a person. All that is wrong is said at once.</summary>
internal static class Fields
{
    public const int ShortestPassword = 12;
    public const int LongestPassword = 128;

    /// <summary>Addresses of people of the sandbox; nobody can sign up with one.</summary>
    public const string SandboxDomain = "@sandbox.example";

    /// <summary>The refusal of a sign-up, or null.</summary>
    /// <param name="region">The country of a phone number without one.</param>
    /// <param name="read">The same, as it is to be kept.</param>
    public static Refusal? Check(SignUp request, string? region, out SignUp read)
    {
        var wrong = new FieldErrors();
        read = request with
        {
            Name = wrong.Text("name", request.Name, TextRules.PersonName),
            Email = Email(wrong, request.Email),
            Password = Password(wrong, "password", request.Password, request.Name, request.Email),
            Phone = Phone(wrong, request.Phone, region),
        };
        Language(wrong, request.Language);
        return wrong.Refusal;
    }

    /// <summary>The refusal of a change, or null.</summary>
    /// <param name="read">The same, as it is to be kept; an empty phone takes the number away.</param>
    public static Refusal? Check(ChangeMe request, string? region, out ChangeMe read)
    {
        var wrong = new FieldErrors();
        read = request with
        {
            Name = request.Name is null ? null : wrong.Text("name", request.Name, TextRules.PersonName),
            Phone = request.Phone is null or "" ? request.Phone : Phone(wrong, request.Phone, region),
        };
        Language(wrong, request.Language);
        return wrong.Refusal;
    }

    /// <summary>The refusal of a new password, or null.</summary>
    /// <param name="read">The new password, as it is to be hashed.</param>
    public static Refusal? Check(NewPassword request, Person person, out string read)
    {
        var wrong = new FieldErrors();
        read = Password(wrong, "new", request.New, person.Name, person.Email);
        return wrong.Refusal;
    }

    /// <summary>Length is what makes a password good. Demanding signs and digits makes people write it down.</summary>
    public static bool IsPassword(string password) => PasswordText.Length(password) is >= ShortestPassword and <= LongestPassword;

    private static string Password(FieldErrors wrong, string field, string given, string name, string email)
    {
        if (PasswordText.Read(given) is not { } password || !IsPassword(password))
        {
            wrong.Add(field, Wrong.Characters(ShortestPassword, LongestPassword));
        }
        else if (PasswordRules.IsEasyToGuess(password, name, email))
        {
            wrong.Add(field, Wrong.EasyPassword);
        }
        else
        {
            return password;
        }

        return "";
    }

    private static string Email(FieldErrors wrong, string given)
    {
        var address = EmailAddress.Read(given);
        if (address is null)
        {
            wrong.Add("email", Wrong.Email(EmailAddress.Longest));
        }
        else if (address.Key.EndsWith(SandboxDomain, StringComparison.Ordinal))
        {
            wrong.Add("email", Wrong.EmailOfTheSandbox(SandboxDomain));
        }

        return address?.Text ?? "";
    }

    private static string? Phone(FieldErrors wrong, string? phone, string? region)
    {
        if (phone is null)
        {
            return null;
        }

        var number = PhoneNumber.Read(phone, region);
        if (number is null)
        {
            wrong.Add("phone", Wrong.Phone);
        }

        return number;
    }

    private static void Language(FieldErrors wrong, string? language)
    {
        if (language is not null && !Texts.Languages.Contains(language))
        {
            wrong.Add("language", Wrong.NotOneOf(Texts.Languages));
        }
    }
}
