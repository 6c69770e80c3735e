using System.Xml.Linq;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Jangteo.Http;

/// <summary>The keys that protect tokens, in a table, so that every process reads every token. Asked for once a day at most, and only synchronously.</summary>
internal sealed class ProtectionKeys(Storage common) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() =>
        common.Query(new Sql("select xml from protection_keys"), row => XElement.Parse(row.GetString(0)), CancellationToken.None).GetAwaiter().GetResult();

    public void StoreElement(XElement element, string friendlyName) =>
        common.Do(Cause.New(), work =>
        {
            work.Write("insert into protection_keys (name, xml) values ($1, $2)", friendlyName, element.ToString(SaveOptions.DisableFormatting));
            return Task.CompletedTask;
        }, CancellationToken.None).GetAwaiter().GetResult();
}
