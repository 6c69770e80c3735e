using Jangteo.Kinds;
using Jangteo.Platform;

namespace Jangteo.Between;

/// <summary>Settings that fit together: some modules alone in a process need the others, and a way to them that loses nothing.</summary>
internal static class Shape
{
    /// <exception cref="SettingsException">What is missing, all at once.</exception>
    public static void Refuse(Settings settings, IReadOnlyList<Module> modules)
    {
        var elsewhere = Modules.All.Except(modules.Select(module => module.Name)).ToList();
        var mistakes = new List<string>();
        if (elsewhere.Count > 0 && settings.Broker.Length == 0)
        {
            mistakes.Add("Broker: without RabbitMQ nothing reaches the modules of other processes; write amqp://user:password@host:5672/");
        }

        if (elsewhere.Count > 0 && settings.ServiceKey.Length == 0)
        {
            mistakes.Add("ServiceKey: the processes of one installation must know each other; write the same 16 characters or more for all");
        }

        mistakes.AddRange(elsewhere.Where(name => settings.AddressOf(name).Length == 0)
            .Select(name => $"{char.ToUpperInvariant(name[0])}{name[1..]}:Address: {name} is not in this process; write where it answers, such as http://{name}:8081"));
        mistakes.AddRange(modules.Where(module => elsewhere.Count > 0 && settings.DatabaseOf(module.Name).Length == 0)
            .Select(module => $"{char.ToUpperInvariant(module.Name[0])}{module.Name[1..]}:Database: a private PostgreSQL belongs to one process; write a connection string"));
        var carrier = settings.Notices.Carrier;
        if (carrier.Address == CarrierSettings.Private)
        {
            mistakes.Add("Notices:Carrier:Address: a private carrier is started by ./jangteo split only; start services/courier and write its address");
        }
        else if (carrier.Address.Length > 0 && carrier.Secret.Length == 0)
        {
            mistakes.Add("Notices:Carrier:Secret: the carrier and this program must know each other; write the same 16 characters or more for both");
        }

        if (mistakes.Count > 0)
        {
            throw new SettingsException(mistakes);
        }
    }
}
