using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Operating;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Catalog;

/// <summary>Listings and stock: what is offered, how many there are, and who has them.</summary>
public sealed class CatalogModule : Module
{
    public override string Name => Modules.Catalog;

    public override void AddTo(IServiceCollection services)
    {
        services.AddSingleton<Registrations>();
        services.AddKeyedSingleton(Name, (provider, _) => provider.GetRequiredService<Registrations>().Intentions);
        services.AddSingleton<RegisterListing>();
        services.AddSingleton<EditListing>();
        services.AddSingleton<WithdrawListing>();
        services.AddSingleton<Pictures>();
        services.AddSingleton<RemovePlace>();
        services.AddSingleton<SampleListings>();
        services.AddSingleton<HearRequests>();
        services.AddSingleton<AnswerStockQuestions>();
        services.AddSingleton<IListings, FindListing>();
        services.AddSingleton<Acknowledging>();
        services.AddSingleton<CatalogBooks>();
    }

    public override void Map(IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        services.GetRequiredService<RegisterListing>().Map(routes);
        services.GetRequiredService<EditListing>().Map(routes);
        services.GetRequiredService<WithdrawListing>().Map(routes);
        services.GetRequiredService<Pictures>().Map(routes);
        services.GetRequiredService<RemovePlace>().Map(routes);
        services.GetRequiredKeyedService<IntegrityWatch>(Name).Map(routes);
        services.GetRequiredKeyedService<Parked>(Name).Map(routes);
        ReadActs.Map(routes, Name);
    }

    public override IIntegrityChecks Integrity(IServiceProvider services) => services.GetRequiredService<CatalogBooks>();

    public override IHear Hears(IServiceProvider services) => services.GetRequiredService<HearRequests>();

    public override IQuestions Answers(IServiceProvider services) => services.GetRequiredService<AnswerStockQuestions>();

    public override IEnumerable<Loop> Loops(IServiceProvider services) => [services.GetRequiredService<Registrations>().Intentions.Resumer];

    public override Task Start(IServiceProvider services, CancellationToken ct) => services.GetRequiredService<SampleListings>().Offer(ct);
}
