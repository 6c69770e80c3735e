using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Notices.Sandbox;
using Jangteo.Platform;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Notices;

/// <summary>What people are told: in the app, by SMS, by e-mail; and alarms, which may be demanded before something counts.</summary>
public sealed class NoticesModule : Module
{
    public override string Name => Modules.Notices;

    public override IEnumerable<(string Schema, IReadOnlyList<Migration> Migrations)> FurtherSchemas => [(Phone.Schema, [Phone.Migration])];

    public override void AddTo(IServiceCollection services)
    {
        services.AddSingleton<Post>();
        services.AddSingleton<SendAlarm>();
        services.AddSingleton<TellOfMoves>();
        services.AddSingleton<TellOperators>();
        services.AddSingleton<NoticesBooks>();
        services.AddSingleton<InSandbox>();
        services.AddSingleton<Phone>();
        services.AddSingleton<Carrier>();
        services.AddSingleton<CarrierReports>();
        services.AddSingleton<ISmsProvider>(provider =>
            Carries(provider, Notice.Sms) ? provider.GetRequiredService<Carrier>()
            : IsSandbox(provider) ? provider.GetRequiredService<Phone>()
            : new NoCarrier());
        services.AddSingleton<IMailer>(provider =>
            Carries(provider, Notice.Email) ? provider.GetRequiredService<Carrier>()
            : IsSandbox(provider) ? provider.GetRequiredService<Phone>()
            : new NoCarrier());
    }

    public override void Map(IEndpointRouteBuilder routes)
    {
        ReadNotices.Map(routes);
        Undeliverable.Map(routes);
        TakeReport.Map(routes);
        routes.ServiceProvider.GetRequiredKeyedService<IntegrityWatch>(Name).Map(routes);
        routes.ServiceProvider.GetRequiredKeyedService<Parked>(Name).Map(routes);
        ReadActs.Map(routes, Name);
        if (IsSandbox(routes.ServiceProvider))
        {
            Phone.Map(routes);
        }
    }

    public override IIntegrityChecks Integrity(IServiceProvider services) => services.GetRequiredService<NoticesBooks>();

    public override IHear Hears(IServiceProvider services) => services.GetRequiredService<TellOfMoves>();

    public override IQuestions Answers(IServiceProvider services) => services.GetRequiredService<SendAlarm>();

    public override IEnumerable<MissingProvider> Missing(Settings settings) => settings.Sandbox ? [] :
    [
        .. settings.Notices.Carrier.Carries(Notice.Sms)
            ? Array.Empty<MissingProvider>()
            : [new("SMS provider", [], [Channel.Sms]) { Remedy = "write Notices:Carrier:Address" }],
        .. settings.Notices.Carrier.Carries(Notice.Email) ? Array.Empty<MissingProvider>() : [new("mail server", [], [Channel.Email])],
    ];

    public override async Task<IReadOnlyList<NeedsAttention>> Attention(IServiceProvider services, CancellationToken ct) =>
    [
        .. await base.Attention(services, ct),
        .. await services.GetRequiredService<CarrierReports>().Unknown(ct),
    ];

    public override IEnumerable<Figure> Figures(IServiceProvider services) =>
        [SendErrands.OldestWaiting(services.GetRequiredKeyedService<Storage>(Name), services.GetRequiredService<BusinessClock>())];

    public override IEnumerable<Loop> Loops(IServiceProvider services)
    {
        var settings = services.GetRequiredService<Settings>();
        var (sms, mail, texts) = (services.GetRequiredService<ISmsProvider>(), services.GetRequiredService<IMailer>(), services.GetRequiredService<Shelf>().Texts);
        return
        [
            Errands(services, Notice.Sms, (notice, person, text, ct) => person.Phone is { } phone
                ? sms.Send(notice.Id, phone, text, notice.MadeOf(texts, person.Language, settings.Zone), ct)
                : Task.FromResult(Sending.Undeliverable)).Loop,
            Errands(services, Notice.Email, (notice, person, text, ct) => mail.Send(notice.Id, person.Email, texts.Title(notice.Kind, person.Language), text, ct)).Loop,
            services.GetRequiredService<TellOperators>().Loop,
            .. settings.Notices.Carrier.Address.Length > 0
                ? new[] { services.GetRequiredService<CarrierReports>().Loop }
                : [],
        ];
    }

    private static SendErrands Errands(IServiceProvider services, string channel, Func<Notice, Recipient, string, CancellationToken, Task<Sending>> send) =>
        ActivatorUtilities.CreateInstance<SendErrands>(services, channel, services.GetRequiredKeyedService<Storage>(Modules.Notices), services.GetRequiredService<Shelf>().Texts, send);

    private static bool Carries(IServiceProvider services, string channel) =>
        services.GetRequiredService<Settings>().Notices.Carrier.Carries(channel);

    private static bool IsSandbox(IServiceProvider services) => services.GetRequiredService<Settings>().Sandbox;
}
