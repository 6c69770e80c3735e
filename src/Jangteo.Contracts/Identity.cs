namespace Jangteo.Contracts;

/// <summary>What Identity says.</summary>
public static class IdentityMessages
{
    public const string PersonChanged = "identity.person-changed.v1";

    public const string PersonSuspended = "identity.person-suspended.v1";

    public static readonly MessageType[] All =
    [
        new(PersonChanged, "identity", ["trading", "notices", "views"], typeof(PersonChanged)),
        new(PersonSuspended, "identity", ["trading", "catalog", "views"], typeof(PersonSuspended)),
    ];
}

/// <summary>A person was suspended, or restored: whether their listings are on offer, and trades may begin on them.</summary>
public sealed record PersonSuspended(Guid Person, bool IsSuspended);

/// <summary>A person as they now are.</summary>
/// <param name="Phone">E.164, or null.</param>
/// <param name="Language">en or ko: the language in which they are written to.</param>
public sealed record PersonChanged(Guid Person, string Name, string Email, string? Phone, string Language, bool IsOperator);

/// <summary>
/// Identity's answer about people as they now are, for a module whose copy may be older than what was acknowledged to them.
/// </summary>
public interface IContacts
{
    /// <summary>Those of the people who exist, in no particular order.</summary>
    /// <exception cref="HttpRequestException">Identity cannot be reached.</exception>
    Task<IReadOnlyList<PersonChanged>> Find(IReadOnlyList<Guid> people, CancellationToken ct);
}
