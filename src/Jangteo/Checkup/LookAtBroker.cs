using System.Globalization;
using Jangteo.Between;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Broker;

namespace Jangteo.Checkup;

/// <summary>Whether RabbitMQ can be reached, keeps what it confirms, and is heard.</summary>
internal static class LookAtBroker
{
    private const long Many = 10_000;

    public static async Task<IReadOnlyList<Finding>> Look(string address, BrokerTlsSettings tls, CancellationToken ct)
    {
        var where = new Uri(address) is var uri ? $"RabbitMQ at {uri.Host}:{uri.Port}" : "";
        try
        {
            await using var broker = new BrokerConnection(address, tls);
            var connection = await broker.Open(ct);
            await Durability.RefuseForgetfulBroker(broker, ct);
            var queues = await Queues.Look(connection, Modules.All, ct);
            var waiting = queues.Sum(queue => queue.Waiting);
            var unheard = queues.Where(queue => queue is { Waiting: > 0, Heard: 0 }).Select(queue => queue.Queue).ToList();
            var says = string.Create(CultureInfo.InvariantCulture, $"{where}: {queues.Count} queues, {waiting:N0} messages wait");
            return
            [
                unheard.Count > 0
                    ? Finding.Warning("broker", $"{says}; no process hears {string.Join(", ", unheard)}: start that module")
                    : waiting > Many ? Finding.Warning("broker", $"{says}; a module is behind: run more processes of it")
                    : Finding.Well("broker", says),
            ];
        }
        catch (SettingsException forgetful)
        {
            return [Finding.Wrong("broker", string.Join(Environment.NewLine, forgetful.Mistakes))];
        }
        catch (Exception away) when (BrokerConnection.IsAway(away, ct))
        {
            return
            [
                Finding.Wrong(
                    "broker",
                    $"{where} cannot be reached: {away.GetBaseException().Message}; look at Broker in jangteo.yaml and at its own log. "
                        + "Trades go on as far as they get without it"),
            ];
        }
    }
}
