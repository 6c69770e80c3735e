using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Jangteo.Views.Operating;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Views;

/// <summary>What people look at: it only listens, and keeps what it hears in the form in which it is asked for (DESIGN §6).</summary>
public sealed class ViewsModule : Module
{
    public override string Name => Modules.Views;

    public override void AddTo(IServiceCollection services)
    {
        services.AddSingleton<Live>();
        services.AddSingleton<LiveElsewhere>();
        services.AddSingleton<Arrived>();
        services.AddSingleton<SearchTurns>();
        services.AddSingleton<ViewsBooks>();
        services.AddSingleton<ISharedListings>(provider => new SharedListings(
            provider.GetRequiredKeyedService<Storage>(Name), provider.GetRequiredService<Live>(), provider.GetRequiredService<Shelf>(),
            provider.GetRequiredService<Settings>()));
    }

    public override void Map(IEndpointRouteBuilder routes)
    {
        SearchListings.Map(routes);
        MyTrades.Map(routes);
        MyListings.Map(routes);
        Timeline.Map(routes);
        LiveStream.Map(routes);
        SeeEverything.Map(routes);
        routes.ServiceProvider.GetRequiredKeyedService<IntegrityWatch>(Name).Map(routes);
        routes.ServiceProvider.GetRequiredKeyedService<Parked>(Name).Map(routes);
        ReadActs.Map(routes, Name);
    }

    public override Task Start(IServiceProvider services, CancellationToken ct) =>
        SearchedWords.Fill(services.GetRequiredKeyedService<Storage>(Name), ct);

    public override IEnumerable<Figure> Figures(IServiceProvider services) => [SeeEverything.CountTrades(services.GetRequiredKeyedService<Storage>(Name))];

    public override Task<IReadOnlyList<NeedsAttention>> Attention(IServiceProvider services, CancellationToken ct) =>
        SeeEverything.Need(services, ct);

    public override IIntegrityChecks Integrity(IServiceProvider services) => services.GetRequiredService<ViewsBooks>();

    public override IHear Hears(IServiceProvider services)
    {
        var live = services.GetRequiredService<Live>();
        return new HearEverything(HasOthers(services)
            ? LiveElsewhere.Announce
            : (work, happened) => work.AfterCommit(() => live.Tell(happened)));
    }

    public override IEnumerable<Loop> Loops(IServiceProvider services) => HasOthers(services) ? [services.GetRequiredService<LiveElsewhere>().Loop] : [];

    /// <summary>Where there is a broker, another process may hear what the streams of this one are open for.</summary>
    private static bool HasOthers(IServiceProvider services) => services.GetRequiredService<Settings>().Broker.Length > 0;
}
