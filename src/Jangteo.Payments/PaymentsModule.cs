using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Operating;
using Jangteo.Payments.Providers;
using Jangteo.Payments.Sandbox;
using Jangteo.Platform;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments;

/// <summary>Payments and the ledger: money into escrow, out to the seller, back to the buyer.</summary>
public sealed class PaymentsModule : Module
{
    public override string Name => Modules.Payments;

    /// <summary>The book of the sandbox's provider and bank, which payments cannot write but by calling them.</summary>
    public override IEnumerable<(string Schema, IReadOnlyList<Migration> Migrations)> FurtherSchemas =>
        [(SandboxCards.Schema, [SandboxBook(1, "provider"), SandboxBook(2, "subjects")])];

    private static Migration SandboxBook(int number, string name)
    {
        var resource = $"Jangteo.Payments.Sandbox.Book.{number:000}-{name}.sql";
        using var reader = new StreamReader(typeof(PaymentsModule).Assembly.GetManifestResourceStream(resource)!);
        return new Migration("Jangteo.Payments.Sandbox", number, name, reader.ReadToEnd());
    }

    public override void AddTo(IServiceCollection services)
    {
        services.AddSingleton<AnswerQuestions>();
        services.AddSingleton<HearRequests>();
        services.AddSingleton<RunErrands>();
        services.AddSingleton<WatchDeposits>();
        services.AddSingleton<SeeToErrands>();
        services.AddSingleton<SeeToDeposits>();
        services.AddSingleton<SeeToUnbooked>();
        services.AddSingleton<CheckBooks>();
        services.AddSingleton<PayIn>();
        services.AddSingleton<SandboxBank>();
        services.AddSingleton<SandboxCards>();
        services.AddSingleton<Unconnected>();
        services.AddSingleton<ICardProvider>(provider => IsSandbox(provider) ? provider.GetRequiredService<SandboxCards>() : provider.GetRequiredService<Unconnected>());
        services.AddSingleton<IBank>(provider => IsSandbox(provider) ? provider.GetRequiredService<SandboxBank>() : provider.GetRequiredService<Unconnected>());
    }

    public override void Map(IEndpointRouteBuilder routes)
    {
        ReadPayment.Map(routes);
        ReadStatement.Map(routes);
        ReadLedger.Map(routes);
        FindPayments.Map(routes);
        routes.ServiceProvider.GetRequiredService<SeeToErrands>().Map(routes);
        routes.ServiceProvider.GetRequiredService<SeeToDeposits>().Map(routes);
        routes.ServiceProvider.GetRequiredService<SeeToUnbooked>().Map(routes);
        routes.ServiceProvider.GetRequiredKeyedService<IntegrityWatch>(Name).Map(routes);
        routes.ServiceProvider.GetRequiredKeyedService<Parked>(Name).Map(routes);
        ReadActs.Map(routes, Name);
        Proposals.Map(
            routes, routes.ServiceProvider.GetRequiredKeyedService<OperatorCommands>(Name),
            routes.ServiceProvider.GetRequiredService<Settings>().Currency);
        GiveRefundAccount.Map(routes);
        if (IsSandbox(routes.ServiceProvider))
        {
            PayIn.Map(routes);
        }
    }

    public override IIntegrityChecks Integrity(IServiceProvider services) => services.GetRequiredService<CheckBooks>();

    public override IHear Hears(IServiceProvider services) => services.GetRequiredService<HearRequests>();

    public override IQuestions Answers(IServiceProvider services) => services.GetRequiredService<AnswerQuestions>();

    /// <summary>The only provider and the only bank so far are those of the sandbox.</summary>
    public override IEnumerable<MissingProvider> Missing(Settings settings) => settings.Sandbox ? [] :
    [
        new("card provider", [Verb.HoldPayment], []),
        new("card provider or bank", [Verb.Refund], []),
        new("bank", [Verb.ExpectDeposit, Verb.ConfirmDeposit, Verb.PayOut], []),
    ];

    public override IEnumerable<Loop> Loops(IServiceProvider services) =>
    [
        services.GetRequiredService<RunErrands>().Loop,
        services.GetRequiredService<WatchDeposits>().Loop(IsSandbox(services) ? services.GetRequiredService<SandboxBank>().Arrived : new Bell()),
    ];

    public override Task<IReadOnlyList<NeedsAttention>> Attention(IServiceProvider services, CancellationToken ct) =>
        NeedOperators.List(services.GetRequiredKeyedService<Storage>(Name), ct);

    private static bool IsSandbox(IServiceProvider services) => services.GetRequiredService<Settings>().Sandbox;
}
