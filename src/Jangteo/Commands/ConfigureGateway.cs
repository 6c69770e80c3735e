using System.CommandLine;
using Jangteo.Gateway;
using Jangteo.Kinds;
using Jangteo.Platform;

namespace Jangteo.Commands;

/// <summary><c>jangteo gateway</c>: the configuration of the gateway, for services that are reached by their names.</summary>
internal static class ConfigureGateway
{
    private const string Folder = "deploy/gateway";

    public static Command Command()
    {
        var sandbox = new Option<bool>("--sandbox") { Description = "Lets the doors of the sandbox be reached: people, bank, phone, clock and faults." };
        var certificate = new Option<string?>("--certificate") { Description = "A file with a certificate and its key: the gateway then speaks TLS, and only that." };
        var proxies = new Option<string>("--trusted-proxies")
        {
            Description = "Proxies in front of it that may name the client: IP addresses and networks, with commas between.",
            DefaultValueFactory = _ => "",
        };
        proxies.Validators.Add(given =>
        {
            if (TrustedNetworks.TryParse(given.GetValueOrDefault<string>() ?? "") is null)
            {
                given.AddError($"--trusted-proxies {NetworksAttribute.Expected}.");
            }
        });
        var write = new Option<bool>("--write") { Description = $"Writes the files of {Folder} anew instead of showing them." };
        var command = new Command("gateway", "Shows the configuration of the HAProxy in front of the services, made from the routes of the modules.") { sandbox, certificate, proxies, write };
        command.SetAction(async (parsed, _) =>
        {
            var files = await GatewayFiles.Make(Deployed with
            {
                Language = SettingsReader.Read().Language,
                Sandbox = parsed.GetValue(sandbox),
                Certificate = parsed.GetValue(certificate),
                TrustedProxies = TrustedNetworks.Parse(parsed.GetValue(proxies)!),
            });
            if (parsed.GetValue(write))
            {
                Console.WriteLine($"{files.Write(Folder)} and what it reads: written");
                return 0;
            }

            foreach (var (name, text) in files.All)
            {
                Console.WriteLine($"# --- {name}");
                Console.WriteLine(text);
            }

            return 0;
        });
        return command;
    }

    /// <summary>Every module a service of its own, found by its name.</summary>
    internal static GatewayPlan Deployed { get; } = new() { Modules = Modules.All.ToDictionary(module => module, IReadOnlyList<Replica> (module) => [new Replica(module, 8080, 8081)]) };
}
