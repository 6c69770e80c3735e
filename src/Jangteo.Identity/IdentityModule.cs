using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Identity;

/// <summary>People: who they are, how they sign in, and who of them operates.</summary>
public sealed class IdentityModule : Module
{
    public override string Name => Modules.Identity;

    public override void AddTo(IServiceCollection services) => services.AddSingleton<Passwords>();

    public override void Map(IEndpointRouteBuilder routes)
    {
        var isSandbox = routes.ServiceProvider.GetRequiredService<Settings>().Sandbox;
        SigningUp.Map(routes);
        SigningIn.Map(routes, isSandbox);
        SeeingOneself.Map(routes);
        ListingPeople.Map(routes);
        if (isSandbox)
        {
            PeopleOfTheSandbox.Map(routes);
        }
    }

    public override Task Start(IServiceProvider services, CancellationToken ct)
    {
        var settings = services.GetRequiredService<Settings>();
        return settings.Sandbox ? PeopleOfTheSandbox.HaveAll(services.GetRequiredKeyedService<Storage>(Modules.Identity), settings.Language, ct) : Task.CompletedTask;
    }
}
