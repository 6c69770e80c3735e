using System.CommandLine;
using System.Diagnostics;
using Jangteo.Platform;
using Jangteo.Platform.Machine;
using Jangteo.Split;

namespace Jangteo.Commands;

/// <summary>
/// <c>jangteo health</c>: asks the program of the same container whether it lives, for the health check of the image. Container engines
/// without an orchestrator only mark a container as unhealthy; with <c>--end-hung</c> the program is ended, so that its container is
/// started again.
/// </summary>
internal static class AskHealth
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    public static Command Command()
    {
        var endHung = new Option<bool>("--end-hung") { Description = "Ends the program if it does not answer, or says that it has to be replaced." };
        var command = new Command("health", "Asks the program that runs on this machine, or in this container, whether it lives; exits with 1 if it does not.") { endHung };
        command.SetAction((parsed, ct) => Run(SettingsReader.Read(), parsed.GetValue(endHung), ct));
        return command;
    }

    private static async Task<int> Run(Settings settings, bool endHung, CancellationToken ct)
    {
        using var program = RunFile.OfRunning(settings.DataFolder) is { } run ? Process.GetProcessById(run.Process) : null;
        var hang = program is null ? new HangDetector(() => TimeSpan.Zero) : HangDetector.Of(program);
        var address = settings.PublicAddresses.UrlHere(settings.Port);
        while (true)
        {
            var (answer, text) = await LivenessProbe.Ask(address, ct);
            var isHung = hang.Note(answer);
            switch (answer)
            {
                case LivenessAnswer.Live:
                    return 0;
                case LivenessAnswer.NotListening:
                    await Console.Error.WriteLineAsync($"Nothing listens at {address}.");
                    return 1;
                case LivenessAnswer.Troubled:
                    await Console.Error.WriteLineAsync($"The program {text}.");
                    End(process => HostSystem.Here.Terminate(process.Id));
                    return 1;
                case LivenessAnswer.Silent when isHung:
                    await Console.Error.WriteLineAsync("The program does not answer.");
                    End(process => process.Kill());
                    return 1;
                default:
                    await Task.Delay(Between, ct);
                    break;
            }
        }

        void End(Action<Process> end)
        {
            if (endHung && program is not null)
            {
                end(program);
            }
        }
    }
}
