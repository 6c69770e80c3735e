using System.ComponentModel.DataAnnotations;

namespace Jangteo.Platform;

/// <summary>A zone of the IANA time zone database that this machine knows; empty is allowed.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class IanaTimeZoneAttribute : ValidationAttribute
{
    public const string Expected = "is a time zone (IANA), such as Asia/Seoul, Europe/Berlin or UTC";

    public override bool IsValid(object? value) => value is "" || (value is string name && Find(name) is not null);

    /// <summary>
    /// The zone of a name, or null. A host without the database knows UTC, and Korea, which has had one offset and no summer time since
    /// 1988.
    /// </summary>
    public static TimeZoneInfo? Find(string name) =>
        name == "UTC" ? TimeZoneInfo.Utc
        : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId ? zone
        : name == "Asia/Seoul" ? TimeZoneInfo.CreateCustomTimeZone(name, TimeSpan.FromHours(9), name, name)
        : null;
}
