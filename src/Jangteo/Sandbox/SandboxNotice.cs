using Jangteo.Platform;

namespace Jangteo.Sandbox;

/// <summary>What must be known of a sandbox before anybody can reach it.</summary>
internal static class SandboxNotice
{
    /// <summary>One line in the log at start.</summary>
    public static string Of(Settings settings) =>
        "This is a sandbox: sample people sign in without a password, cards and the bank are imitations, and the clock can be moved. "
        + (settings.SandboxOpen ? "SandboxOpen lets everybody who can reach it do all of that. " : "Only callers on this machine can do that. ")
        + "For real trades, set Sandbox: false.";

    /// <summary>A sandbox, in which people sign in by name alone, must not be reached from other machines by mistake.</summary>
    /// <exception cref="SettingsException">It would be.</exception>
    public static void RefuseOpenByMistake(Settings settings)
    {
        if (settings is { Sandbox: true, SandboxOpen: false } && !(settings.PublicAddresses.IsLoopback && settings.InternalAddresses.IsLoopback))
        {
            throw new SettingsException(
            [
                $"Sandbox: in a sandbox everybody can sign in as anybody, so it does not listen at {settings.Listen}; "
                + "write Sandbox: false for real trades, Listen: localhost to keep it to this machine, or SandboxOpen: true to let everybody in",
            ]);
        }
    }
}
