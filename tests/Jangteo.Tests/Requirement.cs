namespace Jangteo.Tests;

/// <summary>Names the requirement that a test shows, by its id in docs/requirements.yaml, and the edge of it, in the words that stand there.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
internal sealed class RequirementAttribute(string id, string? edge = null) : Attribute
{
    public string Id => id;

    public string? Edge => edge;
}
