using System.ComponentModel.DataAnnotations;
using Jangteo.Platform.Http;

namespace Jangteo.Platform;

/// <summary>A setting that is read by <see cref="WebOrigin"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OriginAttribute() : ValidationAttribute(Expected)
{
    internal const string Expected = "is an address without a path, such as https://market.example, or empty";

    public override bool IsValid(object? value) => value is string text && (text.Length == 0 || WebOrigin.TryParse(text) is not null);
}
