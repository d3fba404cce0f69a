"""What the pinned MiniStack lacks of CloudFormation; aws-emulator.py imports it.

ImportExistingResources finds tables of the type that CDK's TableV2 makes, and takes no bucket that it imports for a conflict of names.
Ref of a secret is its ARN, not its name, as roles name it.
"""
import contextvars

from ministack.services import secretsmanager
from ministack.services.cloudformation import changesets, provisioners, stacks

table_type, global_table_type = "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"
changesets._IMPORT_LOOKUPS[global_table_type] = changesets._IMPORT_LOOKUPS[table_type]
provisioners._RESOURCE_HANDLERS[global_table_type]["import"] = provisioners._RESOURCE_HANDLERS[table_type]["import"]

deploy_stack, validation_errors = stacks._deploy_stack_async, stacks._validation_errors
imported = contextvars.ContextVar("the resources that this deployment imports", default=())


async def deploy_stack_with_imports(*given, imports=None, **named):
    imported.set(tuple(imports or ()))
    return await deploy_stack(*given, imports=imports, **named)


def validation_errors_of_what_is_new(*given, **named):
    return [error for error in validation_errors(*given, **named) if error[0] not in imported.get()]


changesets._deploy_stack_async, stacks._validation_errors = deploy_stack_with_imports, validation_errors_of_what_is_new

secret_handlers = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
create_secret, update_secret, delete_secret = (secret_handlers[verb] for verb in ("create", "update", "delete"))


def with_arn(created):
    _, attributes = created
    return attributes["Arn"], attributes


def name_of_secret(arn):
    return secretsmanager._resolve(arn)[0] or arn


secret_handlers["create"] = lambda *given: with_arn(create_secret(*given))
secret_handlers["update"] = lambda arn, *given, **named: with_arn(update_secret(name_of_secret(arn), *given, **named))
secret_handlers["delete"] = lambda arn, props: delete_secret(name_of_secret(arn), props)
