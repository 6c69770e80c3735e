using System.Diagnostics;
using Jangteo.Between;
using Jangteo.Http;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Broker;
using Jangteo.Platform.Input;
using Jangteo.Sandbox;
using Jangteo.Telemetry;
using Jangteo.Trading;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Jangteo;

/// <summary>Serves the modules of a target until it is told to stop.</summary>
internal static class Serving
{
    /// <summary>No request is under way any more; batches and loops end in this time.</summary>
    internal static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(10);

    public static async Task<int> Run(Settings settings, string[] args)
    {
        var modules = Target.Of(settings.Target);
        Shape.Refuse(settings, modules);
        SandboxNotice.RefuseOpenByMistake(settings);
        settings.PublicAddresses.RefuseTaken(nameof(Settings.Port), settings.Port);
        // Before a server is started that nothing would use.
        MapFile.Open(settings.Map);
        if (!settings.Sandbox)
        {
            MissingProviders.Refuse(settings, ReadKinds(settings.KindsFolder));
        }

        using var stop = new StopBeforeServing();
        try
        {
            await Serve(settings, modules, args, stop);
            return 0;
        }
        catch (OperationCanceledException) when (stop.ExitCode != 0)
        {
            return stop.ExitCode;
        }
    }

    private static async Task Serve(Settings settings, IReadOnlyList<Module> modules, string[] args, StopBeforeServing stop)
    {
        // Both take a while.
        var opening = Database.Open(settings, modules, stop.Token);
        var reading = Task.Run(() => ReadKinds(settings.KindsFolder));
        await using var database = await opening;
        var shelf = await reading;

        var app = Build(settings, modules, shelf, database, args);
        await using (app)
        {
            if (app.Services.GetService<BrokerConnection>() is { } broker)
            {
                await Durability.RefuseForgetfulBroker(broker, stop.Token);
            }

            await Database.WaitIn(() => app.Services.GetRequiredService<SandboxState>().Begin(stop.Token), stop.Token);
            foreach (var module in modules)
            {
                await Database.WaitIn(() => module.Start(app.Services, stop.Token), stop.Token);
            }

            var isTold = settings.Telemetry.Endpoint.Length > 0;
            using var telling = isTold ? Otlp.Start(app, modules, settings) : null;
            var draining = app.Services.GetRequiredService<Draining>();
            app.Use(next => http => draining.Pass(http, next));
            app.UseEdge();
            if (isTold)
            {
                RequestSpans.Tell(app);
            }

            MapAll(app, modules, settings);
            try
            {
                await app.StartAsync(stop.Token);
            }
            catch (OperationCanceledException) when (draining.HasBegun && stop.ExitCode == 0)
            {
                return;
            }

            stop.Dispose();
            var address = settings.PublicAddresses.UrlHere(settings.Port);
            await new RunFile(Environment.ProcessId, address) { Database = database.OwnAddress }.Write(settings.DataFolder);
            app.Logger.LogInformation(
                "Ready at {Address}, {Elapsed} ms after its start.", address,
                (long)(DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds);
            if (settings.Sandbox)
            {
                app.Logger.LogWarning("{Notice}", SandboxNotice.Of(settings));
            }

            await app.WaitForShutdownAsync();
        }

        RunFile.Remove(settings.DataFolder);
    }

    /// <summary>Every route of a process with these modules.</summary>
    public static void MapAll(IEndpointRouteBuilder routes, IReadOnlyList<Module> modules, Settings settings)
    {
        routes.MapEdge();
        InternalRoutes.Map(routes, modules, settings);
        Operating.Map(routes, modules);
        if (settings.Sandbox)
        {
            Doors.Map(routes);
        }

        foreach (var module in modules)
        {
            module.Map(routes);
        }
    }

    /// <summary>The kinds of the folder, or every mistake in them.</summary>
    public static Shelf ReadKinds(string folder)
    {
        var verdict = KindTexts.Check(folder);
        return verdict.Shelf ?? throw new KindRefusedException(string.Join(Environment.NewLine, verdict.Mistakes));
    }

    /// <summary>The program with these modules, not started.</summary>
    public static WebApplication Build(Settings settings, IReadOnlyList<Module> modules, Shelf shelf, Database database, string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(Enum.Parse<LogLevel>(settings.LogLevel)).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Npgsql", LogLevel.Warning);
        builder.Services.AddSingleton<LoggerFactory>();
        builder.Services.Replace(
            ServiceDescriptor.Singleton<ILoggerFactory>(
                services => new QuietLogs(services.GetRequiredService<LoggerFactory>(), TimeProvider.System)));
        if (settings.Telemetry.Endpoint.Length > 0)
        {
            Otlp.AddLogs(builder.Logging, settings);
        }

        builder.WebHost.UseUrls([.. settings.PublicAddresses.Urls(settings.Port), .. settings.ServiceKey.Length == 0 ? [] : settings.InternalAddresses.Urls(settings.InternalPort)]);
        builder.Services.AddSingleton(settings.Draining);
        builder.Services.AddSingleton<Draining>();
        builder.Services.AddSingleton<IHostLifetime>(services => services.GetRequiredService<Draining>());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopsWithin);
        builder.Services.AddSingleton(shelf);
        builder.Services.AddEdge(settings);
        Hosting.AddModules(builder.Services, modules, settings, database.ConnectionOf);
        return builder.Build();
    }
}
