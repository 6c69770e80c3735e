using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Intending;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>The trade engine: trades, moves, deadlines.</summary>
public sealed class TradingModule : Module
{
    public override string Name => Modules.Trading;

    public override void AddTo(IServiceCollection services)
    {
        services.AddSingleton<KindVersions>();
        services.AddSingleton<Trades>();
        services.AddSingleton<ListingCopies>();
        services.AddSingleton<TradeViews>();
        services.AddSingleton<Endings>();
        services.AddSingleton<Answering>();
        services.AddSingleton<TradeIntentions>();
        services.AddKeyedSingleton(Name, (provider, _) => ActivatorUtilities.CreateInstance<Intentions>(provider, provider.GetRequiredKeyedService<Storage>(Name), provider.GetRequiredService<TradeIntentions>()));
        // Intentions settle through the same store that begins them: a ring, which is closed here and nowhere else.
        services.AddSingleton<Func<Intentions>>(provider => () => provider.GetRequiredKeyedService<Intentions>(Name));
        services.AddSingleton<IListingCopies, ConfirmListing>();
        services.AddSingleton<AskForTrade>();
        services.AddSingleton<ActOnTrade>();
        services.AddSingleton<DecideTrade>();
        services.AddSingleton<AddNote>();
        services.AddSingleton<ChangeAddress>();
        services.AddSingleton<AddDisputePicture>();
        services.AddSingleton<HearAnswers>();
        services.AddSingleton<Deadlines>();
        services.AddSingleton<TradingBooks>();
    }

    public override void Map(IEndpointRouteBuilder routes)
    {
        AskForTrade.Map(routes);
        ActOnTrade.Map(routes);
        ChangeAddress.Map(routes);
        ReadTrade.Map(routes);
        ShowAgreedPicture.Map(routes);
        ReadDispute.Map(routes);
        AddDisputePicture.Map(routes);
        ShowDisputePicture.Map(routes);
        ReadKinds.Map(routes);
        ExplainMoves.Map(routes);
        CountDisputes.Map(routes);
        FeeHistory.Map(routes);
        routes.ServiceProvider.GetRequiredService<AddNote>().Map(routes);
        routes.ServiceProvider.GetRequiredKeyedService<IntegrityWatch>(Name).Map(routes);
        routes.ServiceProvider.GetRequiredKeyedService<Parked>(Name).Map(routes);
        // Its acts are known before a proposal of one is confirmed.
        routes.ServiceProvider.GetRequiredService<DecideTrade>();
        Proposals.Map(
            routes, routes.ServiceProvider.GetRequiredKeyedService<OperatorCommands>(Name),
            routes.ServiceProvider.GetRequiredService<Settings>().Currency, DecideTrade.Describe);
        ReadActs.Map(routes, Name);
    }

    public override IIntegrityChecks Integrity(IServiceProvider services) => services.GetRequiredService<TradingBooks>();

    public override IHear Hears(IServiceProvider services) => services.GetRequiredService<HearAnswers>();

    public override async Task<IReadOnlyList<NeedsAttention>> Attention(IServiceProvider services, CancellationToken ct) =>
    [
        .. await base.Attention(services, ct),
        .. await AttentionLists.Proposals(services.GetRequiredKeyedService<Storage>(Name), ct),
    ];

    public override IEnumerable<Loop> Loops(IServiceProvider services) => [services.GetRequiredKeyedService<Intentions>(Name).Resumer, services.GetRequiredService<Deadlines>().Loop];

    public override async Task Start(IServiceProvider services, CancellationToken ct)
    {
        var storage = services.GetRequiredKeyedService<Storage>(Name);
        await services.GetRequiredService<KindVersions>().Store(storage, ct);
        await FeeHistory.Store(storage, services.GetRequiredService<Settings>().FeePermille, ct);
    }
}
