using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Operating;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Delivery;

/// <summary>Deliveries: started when asked for, marked as arrived by the seller's side.</summary>
public sealed class DeliveryModule : Module
{
    public override string Name => Modules.Delivery;

    public override void AddTo(IServiceCollection services)
    {
        services.AddSingleton<HearRequests>();
        services.AddSingleton<AnswerDeliveryQuestions>();
        services.AddSingleton<MarkArrived>();
        services.AddSingleton<DeliveryBooks>();
    }

    public override void Map(IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        services.GetRequiredService<MarkArrived>().Map(routes);
        ListDeliveries.Map(routes);
        services.GetRequiredKeyedService<IntegrityWatch>(Name).Map(routes);
        services.GetRequiredKeyedService<Parked>(Name).Map(routes);
        ReadActs.Map(routes, Name);
    }

    public override IIntegrityChecks Integrity(IServiceProvider services) => services.GetRequiredService<DeliveryBooks>();

    public override IHear Hears(IServiceProvider services) => services.GetRequiredService<HearRequests>();

    public override IQuestions Answers(IServiceProvider services) => services.GetRequiredService<AnswerDeliveryQuestions>();
}
