using System.CommandLine;
using System.Net;
using Jangteo.Gateway;
using Jangteo.Kinds;
using Jangteo.Platform;

namespace Jangteo.Commands;

/// <summary><c>jangteo gateway</c>: the configuration of the gateway, for services that are reached by their names.</summary>
internal static class ConfigureGateway
{
    private const string Folder = "deploy/gateway";

    /// <summary>A start takes some seconds; past this it is not one that is just being started again.</summary>
    private static readonly TimeSpan WaitsForRestart = TimeSpan.FromSeconds(15);

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
        var process = new Option<IPEndPoint?>("--one-process")
        {
            Description = "The address and port of a program that runs all modules, such as 127.0.0.1:8090: requests wait while it is started again.",
            CustomParser = given =>
            {
                if (IPEndPoint.TryParse(given.Tokens[0].Value, out var place) && place.Port > 0)
                {
                    return place;
                }

                given.AddError($"'{given.Tokens[0].Value}' is no address with a port; write 127.0.0.1:8090");
                return null;
            },
        };
        var write = new Option<string>("--write")
        {
            Description = $"Writes the files into a folder instead of showing them; without one, into {Folder}.",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = given => given.Tokens is [var folder] ? GivenPath.Of(folder.Value) : Folder,
        };
        var command = new Command("gateway", "Shows the configuration of the HAProxy in front of the services, made from the routes of the modules.") { sandbox, certificate, proxies, process, write };
        command.SetAction(async (parsed, _) =>
        {
            var files = await GatewayFiles.Make((parsed.GetValue(process) is { } place ? InFrontOf(place) : Deployed) with
            {
                Language = SettingsReader.Read().Language,
                Sandbox = parsed.GetValue(sandbox),
                Certificate = parsed.GetValue(certificate),
                TrustedProxies = TrustedNetworks.Parse(parsed.GetValue(proxies)!),
            });
            if (parsed.GetValue(write) is { } folder)
            {
                Console.WriteLine($"{files.Write(folder)} and what it reads: written");
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

    /// <summary>
    /// One process with all modules. While it is started again, as by systemd or an upgrade, requests wait at the gateway.
    /// </summary>
    internal static GatewayPlan InFrontOf(IPEndPoint process)
    {
        var replica = new Replica(process.Address.ToString(), process.Port, process.Port);
        return new GatewayPlan
        {
            Modules = Modules.All.ToDictionary(module => module, IReadOnlyList<Replica> (_) => [replica]),
            WaitsForProcess = WaitsForRestart,
        };
    }
}
