using System.ComponentModel.DataAnnotations;
using Jangteo.Kinds;

namespace Jangteo.Platform;

/// <summary>A currency whose minor units are known.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CurrencyAttribute : ValidationAttribute
{
    public const string Expected = "is the code of a currency (ISO 4217), such as KRW, JPY or USD";

    public override bool IsValid(object? value) => value is string code && Currencies.IsKnown(code);
}
