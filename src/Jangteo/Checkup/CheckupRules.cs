using System.Globalization;

namespace Jangteo.Checkup;

/// <summary>From which figure on something is worth a warning, or is wrong.</summary>
internal static class CheckupRules
{
    /// <summary>A backup a day, and two hours in which it may be late.</summary>
    public static readonly TimeSpan BackupWithin = TimeSpan.FromHours(26);

    /// <summary>Sessions, leases and deadlines compare times of two clocks.</summary>
    private static readonly TimeSpan ClocksAgree = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ClocksContradict = TimeSpan.FromSeconds(5);

    private const long Gigabyte = 1L << 30;
    private const long LeastSpace = Gigabyte;
    private const long EnoughSpace = 5 * Gigabyte;

    /// <param name="ahead">How far the other clock is ahead of this machine's.</param>
    /// <param name="uncertain">How long the answer took: by so much the difference can be wrong.</param>
    public static Finding Clock(string whose, TimeSpan ahead, TimeSpan uncertain)
    {
        var surely = ahead.Duration() - uncertain;
        var says = string.Create(
            CultureInfo.InvariantCulture,
            $"that of {whose} is {Math.Abs(ahead.TotalSeconds):0.0} s {(ahead < TimeSpan.Zero ? "behind" : "ahead of")} this one");
        return surely > ClocksContradict
            ? Finding.Wrong(
                "clock", $"{says}; set both by a time server (systemd-timesyncd, chrony): sessions, leases and deadlines depend on it")
            : surely > ClocksAgree ? Finding.Warning("clock", $"{says}; set both by a time server (systemd-timesyncd, chrony)")
            : Finding.Well("clock", $"that of {whose} agrees");
    }

    public static Finding Space(string folder, long free)
    {
        var says = string.Create(CultureInfo.InvariantCulture, $"{free / (double)Gigabyte:0.0} GB are free in {folder}");
        return free < LeastSpace
            ? Finding.Wrong("disk", $"{says}; free some, or move the data folder to a larger disk: without space nothing can be traded")
            : free < EnoughSpace ? Finding.Warning("disk", $"{says}; free some, or move the data folder to a larger disk")
            : Finding.Well("disk", says);
    }

    /// <param name="at">Of the last backup, or of the installation where there was none.</param>
    /// <param name="folder">Of the last backup; null where there was none.</param>
    /// <param name="isSandbox">Nothing of value is lost with a sandbox.</param>
    public static Finding Age(DateTimeOffset at, string? folder, DateTimeOffset now, bool isSandbox)
    {
        var age = now - at;
        var says = folder is null
            ? "there was never one"
            : string.Create(
                CultureInfo.InvariantCulture, $"the last one is {age.TotalHours:0.0} hours old ({at:yyyy-MM-dd HH:mm} UTC, {folder})");
        return age <= BackupWithin
            ? Finding.Well("backup", folder is null ? $"{says}; the market is new: run 'jangteo backup <folder>' every day" : says)
            : new Finding(
                isSandbox ? Grade.Warning : Grade.Wrong, "backup", $"{says}; run 'jangteo backup <folder>' every day, such as by a timer");
    }
}
