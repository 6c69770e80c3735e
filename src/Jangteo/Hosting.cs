using Jangteo.Between;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Asking;
using Jangteo.Platform.Broker;
using Jangteo.Platform.Http;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Intending;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Jangteo.Sandbox;
using Npgsql;

namespace Jangteo;

/// <summary>Puts modules together in one process: their storage, logs, consumers, questions and loops.</summary>
internal static class Hosting
{
    public const string Common = "common";

    private static readonly TimeSpan TriesPoolEvery = TimeSpan.FromSeconds(5);

    /// <summary>Registers what modules stand on, and the modules.</summary>
    /// <param name="connectionOf">The connection string of a schema's own login.</param>
    public static void AddModules(IServiceCollection services, IReadOnlyList<Module> modules, Settings settings, Func<string, string> connectionOf)
    {
        var schemas = modules.Select(module => module.Name).Concat(modules.SelectMany(module => module.FurtherSchemas).Select(further => further.Schema)).Append(Common).Distinct();
        foreach (var schema in schemas)
        {
            services.AddKeyedSingleton(schema, (provider, _) => new Storage(schema, new NpgsqlDataSourceBuilder(connectionOf(schema)) { Name = schema }.Build(), provider.GetRequiredService<BusinessClock>(), settings.DatabaseTimeouts));
        }

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<BusinessClock>();
        services.AddSingleton<Alarms>();
        services.AddSingleton(new Faults(settings.Sandbox));
        services.AddSingleton<SandboxState>();
        if (settings.Broker.Length > 0)
        {
            services.AddSingleton(new BrokerConnection(settings.Broker, settings.BrokerTls));
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<SandboxState>().Following);
        }

        // Stopped last, because it was registered first: after the requests, and after the loops that would take the leases again.
        services.AddSingleton<IHostedService>(provider => new HandingOver([.. modules.Select(module => module.Name)], provider));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<Revocations>().Following);
        services.AddSingleton<Problems>();
        services.AddSingleton(settings);
        services.AddSingleton(new IntentionSettings(settings.Trading.AskAgainFor, settings.Trading.Lease));
        AddCommands(services, Common);
        foreach (var module in modules)
        {
            AddModule(services, module, settings);
            AddReceiver(services, module, modules, settings);
        }

        foreach (var elsewhere in Modules.All.Where(name => settings.AddressOf(name).Length > 0 && modules.All(module => module.Name != name)))
        {
            AddOtherProcess(services, elsewhere, settings);
        }
    }

    /// <summary>Commands whose effect is in a schema, and the forgetting of what was answered to them.</summary>
    private static void AddCommands(IServiceCollection services, string schema)
    {
        services.AddKeyedSingleton(schema, (provider, _) => new Platform.Http.Commands(provider.GetRequiredKeyedService<Storage>(schema), provider.GetRequiredService<Problems>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<Faults>()));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<Platform.Http.Commands>(schema).Forgetting(provider.GetRequiredService<ILogger<Loop>>()));
    }

    private static void AddModule(IServiceCollection services, Module module, Settings settings)
    {
        var name = module.Name;
        services.AddKeyedSingleton(name, (provider, _) => new Log(provider.GetRequiredKeyedService<Storage>(name), provider.GetRequiredService<ILoggerFactory>(), provider.GetRequiredService<Alarms>()));
        services.AddKeyedSingleton<ILog>(name, (provider, _) => provider.GetRequiredKeyedService<Log>(name));
        AddCommands(services, name);
        services.AddKeyedSingleton(name, (provider, _) => new OperatorCommands(
            provider.GetRequiredKeyedService<Storage>(name), provider.GetRequiredKeyedService<Platform.Http.Commands>(name), settings.TwoOperatorsAboveIn(name)));
        if (settings.TwoOperatorsAboveIn(name) > 0)
        {
            services.AddSingleton<IHostedService>(provider =>
                Proposals.Expiring(provider.GetRequiredKeyedService<Storage>(name), provider.GetRequiredService<ILogger<Loop>>()));
        }

        services.AddKeyedSingleton(name, (provider, _) => new Parked(provider.GetRequiredKeyedService<Storage>(name), provider.GetRequiredKeyedService<OperatorCommands>(name)));
        AddQuestions(services, name, settings, provider => AnswersOf(module, provider));
        services.AddKeyedSingleton(name, (provider, _) => new IntegrityWatch(
            provider.GetRequiredKeyedService<Storage>(name), provider.GetRequiredKeyedService<ILog>(name), module.Integrity(provider) ?? throw new InvalidOperationException($"{name} checks nothing"),
            provider.GetRequiredService<Alarms>(), provider.GetRequiredService<Shelf>().Texts,
            provider.GetRequiredService<ILogger<IntegrityWatch>>()));
        services.AddKeyedSingleton<INeedAttention>(name, (provider, _) => new AttentionOf(module, provider));
        module.AddTo(services);
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<Log>(name).Relay);
        services.AddSingleton<IHostedService>(provider => PoolOf(provider.GetRequiredKeyedService<Storage>(name), provider.GetRequiredService<ILogger<Storage>>()));
        services.AddSingleton<IHostedService>(provider => new OutboxWatch(
            provider.GetRequiredKeyedService<Storage>(name), settings.Broker.Length > 0, provider.GetRequiredService<Alarms>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<OutboxWatch>>()).Loop);
        services.AddSingleton<IHostedService>(provider => new LoopsOf(module.Integrity(provider) is null ? module.Loops(provider)
            : [.. module.Loops(provider), provider.GetRequiredKeyedService<IntegrityWatch>(name).Loop]));
    }

    /// <summary>
    /// Takes a connection of the module's pool now and then, so that a pool whose connections do not come back is a loop that is stuck. When
    /// the database itself does not answer, the turn fails, and the loop goes on.
    /// </summary>
    private static Loop PoolOf(Storage storage, ILogger log) => new($"{storage.Module}'s connections", new Bell(), async ct =>
    {
        await storage.Find(new Sql("select 1"), reader => reader.GetInt32(0), ct);
        return TriesPoolEvery;
    }, log)
    {
        BeginsAfter = TriesPoolEvery,
    };

    /// <summary>What a module is sent and what it sends: through the broker where there is one, and else from log to log within the process.</summary>
    private static void AddReceiver(IServiceCollection services, Module module, IReadOnlyList<Module> modules, Settings settings)
    {
        var name = module.Name;
        var byBroker = settings.Broker.Length > 0;
        if (byBroker)
        {
            services.AddSingleton<IHostedService>(provider => new Publisher(
                provider.GetRequiredKeyedService<Log>(name), provider.GetRequiredKeyedService<Storage>(name), provider.GetRequiredService<BrokerConnection>(), provider.GetRequiredService<ILogger<Publisher>>()).Loop);
        }

        var senders = MessageTypes.SendersHeardBy(name).ToList();
        if (senders.Count == 0)
        {
            return;
        }

        services.AddKeyedSingleton(name, (provider, _) => new Receiver(
            name,
            provider.GetRequiredKeyedService<Storage>(name),
            module.Hears(provider) ?? throw new InvalidOperationException($"{name} is sent messages and hears nothing"),
            provider.GetRequiredService<Faults>(),
            provider.GetRequiredService<ILogger<Receiver>>()));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<Receiver>(name).Aside);
        if (byBroker)
        {
            services.AddSingleton<IHostedService>(provider => new LoopsOf(new QueueReader(
                provider.GetRequiredKeyedService<Receiver>(name), provider.GetRequiredKeyedService<Storage>(name), provider.GetRequiredService<BrokerConnection>(),
                [.. senders.Select(sender => provider.GetRequiredKeyedService<ILog>(sender))], provider.GetRequiredService<Faults>(), provider.GetRequiredService<Alarms>(),
                provider.GetRequiredService<ILogger<QueueReader>>()).Loops));
            return;
        }

        foreach (var sender in senders.Where(sender => modules.Any(other => other.Name == sender)))
        {
            services.AddSingleton<IHostedService>(provider => new LogReader(
                provider.GetRequiredKeyedService<Receiver>(name), provider.GetRequiredKeyedService<Log>(sender), provider.GetRequiredKeyedService<Storage>(name), provider.GetRequiredService<Faults>(),
                provider.GetRequiredService<Alarms>(), provider.GetRequiredService<ILogger<LogReader>>()).Loop);
        }
    }

    /// <summary>A module that another process runs: who asks it here cannot tell.</summary>
    private static void AddOtherProcess(IServiceCollection services, string name, Settings settings)
    {
        services.AddKeyedSingleton(name, (_, _) => new OtherProcess(name, settings.AddressOf(name), settings.ServiceKey));
        services.AddKeyedSingleton<ILog>(name, (provider, _) => provider.GetRequiredKeyedService<OtherProcess>(name));
        services.AddKeyedSingleton<INeedAttention>(name, (provider, _) => provider.GetRequiredKeyedService<OtherProcess>(name));
        AddQuestions(services, name, settings, provider => provider.GetRequiredKeyedService<OtherProcess>(name));
        if (name == Modules.Trading)
        {
            services.AddSingleton<IListingCopies>(provider => provider.GetRequiredKeyedService<OtherProcess>(name));
        }

        if (name == Modules.Catalog)
        {
            services.AddSingleton<IListings>(provider => provider.GetRequiredKeyedService<OtherProcess>(name));
        }

        if (name == Modules.Identity)
        {
            services.AddSingleton<IContacts>(provider => provider.GetRequiredKeyedService<OtherProcess>(name));
        }
    }

    private static void AddQuestions(IServiceCollection services, string name, Settings settings, Func<IServiceProvider, IQuestions> answerer) =>
        services.AddKeyedSingleton<IQuestions>(name, (provider, _) => new GuardedQuestions(name, answerer(provider), provider.GetRequiredService<Faults>(), settings.Questions, provider.GetRequiredService<TimeProvider>()));

    /// <summary>A module of this process as it answers, whoever asks.</summary>
    public static IQuestions AnswersOf(Module module, IServiceProvider services) =>
        new UnhurriedAnswers(module.Name, module.Answers(services) ?? throw new InvalidOperationException($"{module.Name} answers no questions"), services.GetRequiredService<Faults>());

    /// <summary>Every schema with its migrations, in the order in which they are applied.</summary>
    public static IReadOnlyList<(string Schema, IReadOnlyList<Migration> Migrations)> Schemas(IReadOnlyList<Module> modules)
    {
        var platform = Migrations.Of(typeof(Module).Assembly).ToArray();
        return
        [
            (Common, [.. Migrations.Of(typeof(Hosting).Assembly)]),
            .. modules.Select(module => (module.Name, (IReadOnlyList<Migration>)[.. platform, .. module.Migrations])),
            .. modules.SelectMany(module => module.FurtherSchemas),
        ];
    }

    /// <summary>What needs an operator in a module of this process.</summary>
    private sealed class AttentionOf(Module module, IServiceProvider services) : INeedAttention
    {
        public async Task<IReadOnlyList<NeedsAttention>> Attention(CancellationToken ct) =>
            [.. await module.Attention(services, ct), .. services.GetRequiredService<Alarms>().Of(module.Name).Select(NeedsAttention.Of)];
    }

    /// <summary>The liveness of a process with these services: of all loops that it runs.</summary>
    public static Liveness LivenessOf(IServiceProvider services) => new(
        [.. services.GetServices<IHostedService>().SelectMany(hosted => hosted switch
        {
            Loop loop => [loop],
            LoopsOf several => several.Loops,
            _ => Array.Empty<Loop>(),
        })],
        services.GetRequiredService<Settings>().Liveness);

    /// <summary>Gives what is open to the other processes when this one stops.</summary>
    private sealed class HandingOver(IReadOnlyList<string> modules, IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) =>
            Task.WhenAll(modules.Select(module => services.GetKeyedService<Intentions>(module)?.HandOver() ?? Task.CompletedTask));
    }

    /// <summary>The loops of a module, started and stopped together.</summary>
    private sealed class LoopsOf(IEnumerable<Loop> loops) : IHostedService
    {
        private readonly Loop[] loops = [.. loops];

        public IReadOnlyList<Loop> Loops => loops;

        public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAll(loops.Select(loop => loop.StartAsync(cancellationToken)));

        public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(loops.Select(loop => loop.StopAsync(cancellationToken)));
    }
}
