using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jangteo.Identity;

/// <summary>People: who they are, how they sign in, and who of them operates.</summary>
public sealed class IdentityModule : Module
{
    public override string Name => Modules.Identity;

    public override void AddTo(IServiceCollection services)
    {
        services.AddSingleton<Passwords>();
        services.AddSingleton<IContacts, FindContacts>();
        services.AddSingleton<Guesses>();
        services.AddSingleton<KnownDevices>();
        services.AddSingleton<EndSessions>();
        services.AddScoped<PasswordCheck>();
        services.AddScoped<ChangePassword>();
        services.AddSingleton<SuspendPerson>();

        // Identity uses these two instead of its own: its passwords have no greatest length, and its keys are in capitals.
        services.AddSingleton<ILookupNormalizer, EmailKeys>();
        services.AddSingleton<IPasswordValidator<Person>, PasswordLength>();
        services.AddScoped<PeopleForIdentity>();
        services.AddScoped<IUserStore<Person>>(provider => provider.GetRequiredService<PeopleForIdentity>());
        services.AddIdentityCore<Person>(identity =>
        {
            // The user name is an e-mail, whose form Fields checks.
            identity.User.AllowedUserNameCharacters = "";
        });
    }

    public override void Map(IEndpointRouteBuilder routes)
    {
        var isSandbox = routes.ServiceProvider.GetRequiredService<Settings>().Sandbox;
        SigningUp.Map(routes);
        SigningIn.Map(routes, isSandbox);
        SeeingOneself.Map(routes);
        ChangePassword.Map(routes);
        ListingPeople.Map(routes);
        routes.ServiceProvider.GetRequiredService<SuspendPerson>().Map(routes);
        ReadActs.Map(routes, Name);
        if (isSandbox)
        {
            PeopleOfTheSandbox.Map(routes);
        }
    }

    public override IEnumerable<Loop> Loops(IServiceProvider services) =>
    [
        services.GetRequiredService<Guesses>().Forgetting(services.GetRequiredService<ILogger<Loop>>()),
        services.GetRequiredService<EndSessions>().CarryingOver,
    ];

    public override Task Start(IServiceProvider services, CancellationToken ct)
    {
        var settings = services.GetRequiredService<Settings>();
        return settings.Sandbox ? PeopleOfTheSandbox.HaveAll(services.GetRequiredKeyedService<Storage>(Modules.Identity), settings.Language, ct) : Task.CompletedTask;
    }
}
