using Jangteo.Contracts;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Npgsql;

namespace Jangteo.Identity;

/// <summary>A person as stored.</summary>
/// <param name="Phone">E.164, or null: an SMS to this person is undeliverable then.</param>
/// <param name="Language">en or ko: the language in which they are written to.</param>
/// <param name="Since">Business time of signing up.</param>
internal sealed record Person(Guid Id, string Name, string Email, string? Phone, string Language, bool IsOperator, DateTimeOffset Since)
{
    /// <summary>In the order in which <see cref="Read"/> reads them.</summary>
    public const string Columns =
        "id, name, email, phone, language, is_operator, since, password, security_stamp, session_version, suspended_at, suspended_because";

    /// <summary>A salted hash; null for people of the sandbox.</summary>
    public string? Password { get; set; }

    /// <summary>Raised to end every session of the person; a session keeps the version with which it began.</summary>
    public long SessionVersion { get; init; }

    /// <summary>Business time since which the person may not sign in; null for everybody else.</summary>
    public DateTimeOffset? SuspendedAt { get; init; }

    /// <summary>Why, in an operator's words.</summary>
    public string? SuspendedBecause { get; init; }

    /// <summary>Identity's, new with every password: a row is changed only under the stamp with which it was found.</summary>
    public string Stamp { get; set; } = NewStamp();

    /// <summary>The stamp with which the person was found.</summary>
    public string? FoundStamp { get; private init; }

    /// <summary>By which two e-mails are the same.</summary>
    public string EmailKey => KeyOf(Email);

    public Caller Caller => new(Id, Name, IsOperator, SessionVersion) { Language = Language };

    public PersonChanged Changed => new(Id, Name, Email, Phone, Language, IsOperator);

    public static string KeyOf(string email) => EmailAddress.KeyOf(email);

    /// <summary>Whoever tries to sign in with an e-mail that nobody has.</summary>
    public static Person Nobody(string email) => new(Guid.Empty, "", email, null, "", IsOperator: false, default) { Stamp = "", FoundStamp = "" };

    public static Person Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4), row.GetBoolean(5), row.GetFieldValue<DateTimeOffset>(6))
    {
        Password = row.IsDBNull(7) ? null : row.GetString(7),
        Stamp = row.GetString(8),
        FoundStamp = row.GetString(8),
        SessionVersion = row.GetInt64(9),
        SuspendedAt = row.IsDBNull(10) ? null : row.GetFieldValue<DateTimeOffset>(10),
        SuspendedBecause = row.IsDBNull(11) ? null : row.GetString(11),
    };

    private static string NewStamp() => Guid.NewGuid().ToString();
}

/// <summary>A person as they see themselves.</summary>
/// <param name="Phone">E.164, or null.</param>
/// <param name="Language">en or ko: the language in which they are written to.</param>
public sealed record PersonAnswer(Guid Id, string Name, string Email, string? Phone, string Language, bool IsOperator)
{
    internal static PersonAnswer Of(Person person) => new(person.Id, person.Name, person.Email, person.Phone, person.Language, person.IsOperator);
}

/// <summary>A person who has signed in.</summary>
/// <param name="Token">
/// To be sent as <c>Authorization: Bearer ...</c>; it expires after the time that the operators of the market have set. Pages have it in a
/// cookie and need not keep it.
/// </param>
public sealed record SignedIn(PersonAnswer Person, string Token);
