namespace Jangteo.Contracts;

/// <summary>What Identity says.</summary>
public static class IdentityMessages
{
    public const string PersonChanged = "identity.person-changed.v1";

    public static readonly MessageType[] All = [new(PersonChanged, "identity", ["notices", "views"], typeof(PersonChanged))];
}

/// <summary>A person as they now are.</summary>
/// <param name="Phone">E.164, or null.</param>
/// <param name="Language">en or ko: the language in which they are written to.</param>
public sealed record PersonChanged(Guid Person, string Name, string Email, string? Phone, string Language, bool IsOperator);
