using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Machine;

namespace Jangteo.Checkup;

/// <summary>
/// Whether the market answers and says that it is ready, here and where other processes run modules; and whether a port is free where it
/// does not run.
/// </summary>
internal static class LookAtProcesses
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>An answer says its time in whole seconds, so that half a second later is right by half a second.</summary>
    private static readonly TimeSpan Uncertain = TimeSpan.FromSeconds(0.5);

    public static async Task<IReadOnlyList<Finding>> Look(Settings settings, RunFile? run, TimeProvider machine, CancellationToken ct)
    {
        using var http = new HttpClient { Timeout = Patience };
        var found = new List<Finding>();
        if (run is not null)
        {
            found.AddRange(await Ask(http, "the market", run.Address, isElsewhere: false, machine, ct));
            found.AddRange((run.Processes ?? []).Where(process => !process.IsReady || !HostSystem.Here.IsAlive(process.Process))
                .Select(process => Finding.Wrong(
                    "process", $"{process.Name} (process {process.Process}) is not ready; its log is in {settings.DataFolder}/split")));
            found.AddRange(Modules.All.Where(module => run.Processes is { } running && running.All(process => process.Module != module))
                .Select(module => Finding.Wrong(
                    "process", $"no process runs {module}, so what needs it waits; './jangteo split scale {module}=1' starts one")));
        }
        else
        {
            found.Add(LookAtPort(settings));
        }

        foreach (var module in Modules.All.Where(module => settings.AddressOf(module).Length > 0))
        {
            found.AddRange(await Ask(http, module, settings.AddressOf(module), isElsewhere: true, machine, ct));
        }

        return found;
    }

    private static async Task<IReadOnlyList<Finding>> Ask(
        HttpClient http, string who, string address, bool isElsewhere, TimeProvider machine, CancellationToken ct)
    {
        try
        {
            var asked = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(new Uri(new Uri(address), "/health/ready"), ct);
            var took = Stopwatch.GetElapsedTime(asked);
            var health = await answer.Content.ReadFromJsonAsync<Health>(ct);
            var ready = answer.IsSuccessStatusCode
                ? Finding.Well("process", $"{who} is ready at {address}")
                : Finding.Wrong("process", $"{who} at {address} is not ready: {health?.Status}");
            return isElsewhere && answer.Headers.Date is { } there
                ? [ready, CheckupRules.Clock($"{who} at {address}", there + Uncertain - machine.GetUtcNow(), took + Uncertain)]
                : [ready];
        }
        catch (Exception away) when (
            away is HttpRequestException or JsonException or IOException || (away is TaskCanceledException && !ct.IsCancellationRequested))
        {
            var why = away.GetBaseException().Message;
            return [Finding.Wrong("process", $"{who} does not answer at {address}: {why}; start it, or correct its address")];
        }
    }

    private static Finding LookAtPort(Settings settings)
    {
        foreach (var address in settings.PublicAddresses.ToBind())
        {
            try
            {
                using var listener = new TcpListener(address, settings.Port);
                listener.Start();
            }
            catch (SocketException refused)
            {
                return Finding.Wrong("port", refused.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? $"{settings.Port} is taken at {address}; stop what listens there, or set Jangteo__Port"
                    : $"cannot listen at {address}: {refused.Message}; set Jangteo__Listen to addresses that this machine has");
            }
        }

        return Finding.Well("port", $"{settings.Port} is free at {settings.Listen}");
    }
}
