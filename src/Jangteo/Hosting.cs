using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Asking;
using Jangteo.Platform.Http;
using Jangteo.Platform.Intending;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Npgsql;

namespace Jangteo;

/// <summary>Puts modules together in one process: their storage, logs, consumers, questions and loops.</summary>
internal static class Hosting
{
    public const string Common = "common";

    /// <summary>Registers what modules stand on, and the modules.</summary>
    /// <param name="connectionOf">The connection string of a schema's own login.</param>
    public static void AddModules(IServiceCollection services, IReadOnlyList<Module> modules, Settings settings, Func<string, string> connectionOf)
    {
        var schemas = modules.Select(module => module.Name).Concat(modules.SelectMany(module => module.FurtherSchemas).Select(further => further.Schema)).Append(Common).Distinct();
        foreach (var schema in schemas)
        {
            services.AddKeyedSingleton(schema, (provider, _) => new Storage(schema, NpgsqlDataSource.Create(connectionOf(schema)), provider.GetRequiredService<BusinessClock>()));
        }

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<BusinessClock>();
        services.AddSingleton(new Faults(settings.Sandbox));
        services.AddSingleton<Problems>();
        services.AddSingleton(settings);
        services.AddSingleton(new IntentionSettings(settings.Trading.AskAgainFor, settings.Trading.Lease));
        AddCommands(services, Common);
        foreach (var module in modules)
        {
            AddModule(services, module, modules, settings);
        }
    }

    /// <summary>Commands whose effect is in a schema, and the forgetting of what was answered to them.</summary>
    private static void AddCommands(IServiceCollection services, string schema)
    {
        services.AddKeyedSingleton(schema, (provider, _) => new Platform.Http.Commands(provider.GetRequiredKeyedService<Storage>(schema), provider.GetRequiredService<Problems>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<Faults>()));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<Platform.Http.Commands>(schema).Forgetting(provider.GetRequiredService<ILogger<Loop>>()));
    }

    private static void AddModule(IServiceCollection services, Module module, IReadOnlyList<Module> modules, Settings settings)
    {
        var name = module.Name;
        services.AddKeyedSingleton(name, (provider, _) => new Log(provider.GetRequiredKeyedService<Storage>(name), provider.GetRequiredService<ILoggerFactory>()));
        AddCommands(services, name);
        services.AddKeyedSingleton(name, (provider, _) => new Parked(provider.GetRequiredKeyedService<Storage>(name), provider.GetRequiredKeyedService<Platform.Http.Commands>(name)));
        services.AddKeyedSingleton<IQuestions>(name, (provider, _) => new GuardedQuestions(
            name,
            module.Answers(provider) ?? throw new InvalidOperationException($"{name} answers no questions"),
            provider.GetRequiredService<Faults>(),
            settings.Questions.Timeout,
            settings.Questions.Breaker,
            provider.GetRequiredService<TimeProvider>()));
        module.AddTo(services);
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<Log>(name).Relay);
        if (MessageTypes.SendersHeardBy(name).Any())
        {
            AddReceiver(services, module, modules);
        }

        services.AddSingleton<IHostedService>(provider => new LoopsOf(module.Loops(provider)));
    }

    private static void AddReceiver(IServiceCollection services, Module module, IReadOnlyList<Module> modules)
    {
        var name = module.Name;
        services.AddKeyedSingleton(name, (provider, _) => new Receiver(
            name,
            provider.GetRequiredKeyedService<Storage>(name),
            module.Hears(provider) ?? throw new InvalidOperationException($"{name} is sent messages and hears nothing"),
            provider.GetRequiredService<Faults>(),
            provider.GetRequiredService<ILogger<Receiver>>()));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<Receiver>(name).Aside);
        foreach (var sender in MessageTypes.SendersHeardBy(name).Where(sender => modules.Any(other => other.Name == sender)))
        {
            services.AddSingleton<IHostedService>(provider => new LogReader(
                provider.GetRequiredKeyedService<Receiver>(name),
                provider.GetRequiredKeyedService<Log>(sender),
                provider.GetRequiredKeyedService<Storage>(name),
                provider.GetRequiredService<Faults>(),
                provider.GetRequiredService<ILogger<LogReader>>()).Loop);
        }
    }

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

    /// <summary>The loops of a module, started and stopped together.</summary>
    private sealed class LoopsOf(IEnumerable<Loop> loops) : IHostedService
    {
        private readonly Loop[] loops = [.. loops];

        public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAll(loops.Select(loop => loop.StartAsync(cancellationToken)));

        public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(loops.Select(loop => loop.StopAsync(cancellationToken)));
    }
}
